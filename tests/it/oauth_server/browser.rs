//! A browser as far as these pages need one: it keeps cookies and fills in forms; it runs no script.

use std::{collections::BTreeMap, sync::Mutex};

use url::Url;

use crate::support::{House, Said, callers::PASSWORD, said::unescaped};

/// What browsers ask for that go to a page.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A browser at a house.
pub struct Browser<'h> {
    house: &'h House,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl<'h> Browser<'h> {
    /// A browser that has never been here.
    pub fn new(house: &'h House) -> Self {
        Self { house, cookies: Mutex::default() }
    }

    /// The address of its house.
    pub fn base(&self) -> &str {
        self.house.base()
    }

    /// Opens a page, by its path or its whole address.
    pub async fn open(&self, place: &str) -> Said {
        let call = self.house.get(&self.path(place)).header("Cookie", &self.cookies());
        self.keep(call.header("Accept", ACCEPT).await)
    }

    /// Opens a page and whatever page of ours it leads on to.
    pub async fn follow(&self, place: &str) -> Said {
        let mut said = self.open(place).await;
        while said.status == 303 && said.header("location").starts_with(self.house.base()) {
            said = self.open(said.header("location")).await;
        }
        said
    }

    /// Sends the form of a page with these fields filled in.
    pub async fn send(&self, page: &Said, fields: &[(&str, &str)]) -> Said {
        let action = between(&page.text, "action=\"", "\"").unwrap_or_else(|| panic!("{page:?}"));
        let form = page.text.split("</form>").next().unwrap();
        let hidden = hidden(form);
        let mut all: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        all.extend(fields);
        let call = self.house.post(&self.path(&unescaped(&action))).form(&all);
        let call = call.header("Cookie", &self.cookies()).header("Origin", self.house.base());
        self.keep(call.header("Sec-Fetch-Site", "same-origin").await)
    }

    /// Signs in at a page that asks for it.
    pub async fn sign_in(&self, page: &Said, email: &str) -> Said {
        self.send(page, &[("name", email), ("password", PASSWORD)]).await
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Sets a cookie.
    pub fn plant(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// The header it sends.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn path(&self, place: &str) -> String {
        place.strip_prefix(self.house.base()).unwrap_or(place).to_owned()
    }

    fn keep(&self, said: Said) -> Said {
        for cookie in said.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.plant(name, value);
            }
        }
        said
    }
}

/// The hidden fields of a form.
fn hidden(page: &str) -> Vec<(String, String)> {
    let fields = page.split("<input type=\"hidden\"").skip(1);
    let field = |text: &str| {
        let name = between(text, "name=\"", "\"")?;
        Some((name, unescaped(&between(text, "value=\"", "\"")?)))
    };
    fields.filter_map(field).collect()
}

/// What stands between two texts.
pub fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0.to_owned())
}

/// The words of the address somebody is sent to.
pub fn sent(said: &Said) -> BTreeMap<String, String> {
    assert_eq!(said.status, 303, "{said:?}");
    let place = Url::parse(said.header("location")).unwrap();
    place.query_pairs().into_owned().collect()
}
