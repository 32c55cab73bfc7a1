//! What is known of a route without its handler.

/// What a route's function needs beside the table and the caller, and where it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each need is apart from the others")]
pub struct RouteEntry {
    /// The function's name: that of its binary, its archive and the folder of its sample events.
    pub name: &'static str,
    /// The HTTP method; `ANY` for the default route.
    pub method: &'static str,
    /// The path, with its parameters in braces; `$default` for what no other route takes.
    pub path: &'static str,
    /// Whether it is answered without a token.
    pub public: bool,
    /// Whether it makes page cursors.
    pub pages: bool,
    /// Whether it signs addresses of images.
    pub images: bool,
    /// Whether it looks at or changes subscriptions to notifications.
    pub topics: bool,
}

/// A route without its handler, and the path of its module from the crate's root.
pub type ListedRoute = (RouteEntry, &'static str);

impl RouteEntry {
    /// A route by its function's name, its method and its path.
    pub(super) const fn new(name: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { name, method, path, public: false, pages: false, images: false, topics: false }
    }

    /// Whether a path is one of this route's.
    pub fn matches(&self, path: &str) -> bool {
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return true,
                (Some(own), Some(asked)) if own == asked || (own.starts_with('{') && !asked.is_empty()) => {}
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_match_one_segment() {
        let route = RouteEntry::new("x", "GET", "/conversations/{conversationId}/messages");
        assert!(route.matches("/conversations/1/messages"));
        for path in ["/conversations//messages", "/conversations/1", "/conversations/1/messages/", "/"] {
            assert!(!route.matches(path), "{path}");
        }
    }
}
