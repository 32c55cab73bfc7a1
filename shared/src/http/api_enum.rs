//! Enumerations of the domain as the API has them.

/// Declares an enumeration of the API beside the domain's, with the same variants, and turns each into the other.
///
/// A variant that only one of them has does not compile.
#[macro_export]
macro_rules! api_enum {
    ($(#[$meta:meta])* pub enum $view:ident of $domain:ident { $($(#[$doc:meta])* $variant:ident),* $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize, ::utoipa::ToSchema)]
        $(#[$meta])*
        pub enum $view {
            $($(#[$doc])* $variant),*
        }

        impl From<$domain> for $view {
            fn from(value: $domain) -> Self {
                match value {
                    $($domain::$variant => Self::$variant),*
                }
            }
        }

        impl From<$view> for $domain {
            fn from(value: $view) -> Self {
                match value {
                    $($view::$variant => Self::$variant),*
                }
            }
        }
    };
}
