//! The Lambda function `refuse-route`; see `functions::refuse_route`.

fn main() {
    functions::refuse_route::run();
}
