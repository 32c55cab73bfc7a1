//! Links the functions with identical code folded, where the linker is LLVM's: on Linux on x86-64 it is Rust's own.
#![expect(clippy::disallowed_methods, reason = "this is how a build script talks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
