//! API enums: each mirrors an enum of the domain.

/// Declares an API enum with the variants of a domain enum, and conversions in both directions.
///
/// It does not compile if the variants differ.
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
