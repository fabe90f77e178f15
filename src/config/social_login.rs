//! The `[social_login]` section: people who sign in on a provider's own page (`/auth/o/{provider}/`).

use serde::Deserialize;
use url::Url;

use super::{
    problem::{Finding, complain_if},
    public_url::is_insecure,
};

/// Where the provider may send people back to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SocialLogin {
    /// Whole addresses of pages of your front-end; compared to the letter.
    pub redirect_uris: Vec<String>,
}

impl SocialLogin {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let odd = |uri: &&String| address(uri).is_none();
        let text = |uri: &String| {
            format!(
                "{uri:?} is no address to send people to; write it absolute, of a web page or of \
                 your application's own scheme, without fragment"
            )
        };
        let wrong = self.redirect_uris.iter().filter(odd);
        wrong.map(|uri| ("redirect_uris".to_owned(), text(uri))).collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let open = |uri: &String| address(uri).is_some_and(|url| is_insecure(&url));
        let text = "whoever listens on the network sees the provider's code; write https";
        let warned = complain_if(self.redirect_uris.iter().any(open), "redirect_uris", text);
        warned.into_iter().collect()
    }
}

/// The address, when a browser may be sent there (RFC 6749 §3.1.2: absolute, no fragment).
fn address(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let script = matches!(url.scheme(), "javascript" | "data" | "vbscript" | "file" | "blob");
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (bare && !script && uri.bytes().all(|b| b.is_ascii_graphic())).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::SocialLogin;

    fn of(uri: &str) -> SocialLogin {
        SocialLogin { redirect_uris: vec![uri.to_owned()] }
    }

    #[test]
    fn people_are_sent_to_absolute_addresses_alone() {
        for (uri, fine) in [
            ("https://app.example.org/social", true),
            ("http://localhost:3000/social?x=1", true),
            ("org.example.app:/social", true),
            ("vk123://vk.ru/blank.html", true),
            ("/social", false),
            ("https://app.example.org/#social", false),
            ("https://me@app.example.org/", false),
            ("javascript:alert(1)", false),
            ("https://app.example.org/a b", false),
        ] {
            assert_eq!(of(uri).validate().is_empty(), fine, "{uri}");
        }
    }

    #[test]
    fn an_address_in_the_clear_is_warned_of() {
        assert_eq!(of("http://app.example.org/").warnings().len(), 1);
        assert!(of("http://localhost:3000/social").warnings().is_empty());
    }
}
