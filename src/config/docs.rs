//! The `[docs]` section: what is told about the calls that are served.

use serde::Deserialize;

/// The description of what is served, for programs and for people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Docs {
    /// Whether `/openapi.json` is there.
    pub enabled: bool,
    /// Whether `/docs` shows it to people; it is off where the document is.
    pub page: bool,
    /// Whether a browser that opens a call gets a page with a form for it.
    pub forms: bool,
}

impl Default for Docs {
    fn default() -> Self {
        Self { enabled: true, page: true, forms: true }
    }
}
