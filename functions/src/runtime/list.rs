//! The list of a subject's routes, written once, in the subject's `mod.rs`.

/// Lists the route modules beside it: for each, `ROUTE` is its declaration and `handle` has its `utoipa::path`.
///
/// Everything that needs all routes follows from these lists: the `OpenAPI` document, the binaries, the stack, the router of
/// `cargo lambda watch` and the tests' dispatch.
macro_rules! routes {
    ($subject:ident: $($module:ident),* $(,)?) => {
        /// The routes without their handlers, each with the path of its module.
        pub(crate) const ROUTES: &[$crate::runtime::route::ListedRoute] =
            &[$(($module::ROUTE.entry, concat!(stringify!($subject), "::", stringify!($module)))),*];

        /// The routes with their handlers, which only tests look up by name: binaries that use this link all handlers.
        pub const HANDLERS: &[(&str, $crate::runtime::serve::AnyHandler)] =
            &[$(($module::ROUTE.entry.name, $module::ROUTE.any_handler())),*];

        /// What the `OpenAPI` document says of the routes.
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($module::handle),*))]
        pub(crate) struct Described;
    };
}

pub(crate) use routes;
