//! The `[links]` section: where the links in letters lead.

use serde::Deserialize;
use url::Url;

use super::{
    problem::{Finding, complain_if},
    public_url::{PublicUrl, is_insecure},
};

/// Addresses with holes: `{public_url}`, `{uid}` and `{token}` are filled in when a letter leaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Links {
    /// Where a new account is activated: the page that sends `uid` and `token` on.
    pub activation: String,
    /// Where a new password is chosen.
    pub password_reset: String,
    /// Where a new password is chosen that was asked for by `/restore`: a page that sends the `restoring`
    /// parameter on. Needs no `{uid}`.
    pub restore: String,
    /// Where a new address is confirmed: a page that sends `uid` and `token` to `users/activation`.
    pub email_change: String,
    /// Where a new address or user name is chosen.
    pub login_reset: String,
}

impl Default for Links {
    fn default() -> Self {
        Self {
            activation: "{public_url}/auth/activate/{uid}/{token}".to_owned(),
            password_reset: "{public_url}/auth/password/reset/confirm/{uid}/{token}".to_owned(),
            restore: "{public_url}/restore?restoring={token}".to_owned(),
            email_change: "{public_url}/auth/activate/{uid}/{token}".to_owned(),
            login_reset: "{public_url}/auth/username/reset/confirm/{uid}/{token}".to_owned(),
        }
    }
}

impl Links {
    /// Fills the holes of one of the addresses.
    pub fn fill(template: &str, public_url: &PublicUrl, uid: &str, token: &str) -> String {
        template
            .replace("{public_url}", public_url.as_str())
            .replace("{uid}", uid)
            .replace("{token}", token)
    }

    pub(super) fn validate(&self, public_url: &PublicUrl) -> Vec<Finding> {
        let refused = |(key, template): (&str, &str)| {
            let text = "write an absolute address with {uid} and {token} in it, and {public_url} \
                        where you like; no other braces";
            let whole = template.contains("{uid}") || key == "restore";
            complain_if(!whole || filled(template, public_url).is_none(), key, text)
        };
        self.each().into_iter().filter_map(refused).collect()
    }

    pub(super) fn warnings(&self, public_url: &PublicUrl) -> Vec<Finding> {
        let clear = |(key, template): (&str, &str)| {
            let text = "whoever listens on the network can use the link first; write https";
            let open = filled(template, public_url).is_some_and(|url| is_insecure(&url));
            complain_if(open, key, text)
        };
        self.each().into_iter().filter_map(clear).collect()
    }

    fn each(&self) -> [(&'static str, &str); 5] {
        [
            ("activation", &self.activation),
            ("password_reset", &self.password_reset),
            ("restore", &self.restore),
            ("email_change", &self.email_change),
            ("login_reset", &self.login_reset),
        ]
    }
}

/// The address with its holes filled, when it is one that a mail program may open.
fn filled(template: &str, public_url: &PublicUrl) -> Option<Url> {
    let whole = template.contains("{token}");
    let link = Links::fill(template, public_url, "MQ", "0");
    let url = Url::parse(&link).ok().filter(|_| whole && !link.contains(['{', '}', ' ']))?;
    let script = matches!(url.scheme(), "javascript" | "data" | "vbscript" | "file");
    (url.has_host() && !script).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::{Links, PublicUrl};

    fn links(activation: &str) -> Links {
        Links { activation: activation.to_owned(), ..Links::default() }
    }

    fn public() -> PublicUrl {
        PublicUrl::try_from("https://id.example.org/sso/".to_owned()).expect("an address")
    }

    #[test]
    fn holes_are_filled() {
        let link = Links::fill(&Links::default().activation, &public(), "MQ", "t-1");
        assert_eq!(link, "https://id.example.org/sso/auth/activate/MQ/t-1");
    }

    #[test]
    fn a_link_is_an_absolute_address_with_uid_and_token() {
        for (template, fine) in [
            ("https://app.example.org/#/activate/{uid}/{token}", true),
            ("exampleapp://activate/{uid}/{token}", true),
            ("{public_url}/activate?uid={uid}&token={token}", true),
            ("{public_url}/activate/{uid}", false),
            ("/activate/{uid}/{token}", false),
            ("{frontend}/activate/{uid}/{token}", false),
            ("https://app.example.org/{lang}/{uid}/{token}", false),
            ("javascript://x/{uid}/{token}", false),
        ] {
            assert_eq!(links(template).validate(&public()).is_empty(), fine, "{template}");
        }
    }

    #[test]
    fn a_link_in_the_clear_is_warned_of() {
        let links = links("http://app.example.org/{uid}/{token}");
        let warned = links.warnings(&public());
        assert_eq!(warned.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["activation"]);
    }
}
