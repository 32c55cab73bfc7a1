//! Called for each upload to the bucket. Written by `cargo xtask generate`.

fn main() {
    functions::attachments::inspect_attachment::run();
}
