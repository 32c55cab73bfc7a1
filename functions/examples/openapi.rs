//! Prints the `OpenAPI` document: `cargo run -p functions --example openapi > openapi.json`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(&functions::openapi::document())?);
    Ok(())
}
