//! `cambio dev`: one command, and every line it prints can be pasted.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use serde_json::Value;

use super::{
    process::{Process, free_port},
    shell::Shell,
};

/// A development server in a folder of its own.
struct Dev {
    shell: Shell,
    ports: [String; 2],
    place: &'static str,
}

impl Dev {
    fn new() -> Self {
        Self::at("here")
    }

    fn at(place: &'static str) -> Self {
        let ports = [free_port(), free_port()].map(|p| p.to_string());
        Self { shell: Shell::with(&[]), ports, place }
    }

    /// Starts it; what it printed until it was done.
    fn start(&self) -> (Process, String) {
        let [port, sandbox] = &self.ports;
        let words = ["dev", "--dir", self.place, "--port", port, "--sandbox-port", sandbox];
        let mut process = Process::start(self.shell.command(&words));
        let said = process.says("To start afresh");
        (process, said)
    }

    /// What scripts find in `dev.json`.
    fn facts(&self) -> Value {
        let text = fs::read_to_string(self.shell.dir().join("here/dev.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Pastes the printed lines into a shell, a paragraph at a time; what each paragraph printed.
    fn paste(&self, said: &str) -> Vec<String> {
        let paragraphs = said.split("\n\n").filter(|part| part.starts_with("# "));
        let script: Vec<String> =
            paragraphs.map(|part| format!("{part}\necho; echo '=='\n")).collect();
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", &script.concat()]).current_dir(self.shell.dir());
        let done = bash.stdin(Stdio::null()).output().unwrap();
        let (out, err) = (String::from_utf8(done.stdout), String::from_utf8(done.stderr));
        let (out, err) = (out.unwrap(), err.unwrap());
        assert!(done.status.success(), "{script:#?}\n{out}\n{err}");
        let parts: Vec<String> = out.split("==\n").map(|part| part.trim().to_owned()).collect();
        assert_eq!(parts.len(), script.len() + 1, "{out}");
        parts
    }
}

/// The objects in a text that holds nothing else.
fn objects(text: &str) -> Vec<Value> {
    let all = serde_json::Deserializer::from_str(text).into_iter();
    all.collect::<Result<_, _>>().unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// Insists that what the pasted lines printed is what they promise.
fn insist(parts: &[String]) {
    let [ada, google, yandex, vk, app, short, _] = parts else { panic!("{parts:#?}") };
    let [registered, me] = objects(ada).try_into().unwrap();
    assert!(registered["email"].as_str().unwrap().starts_with("ada"));
    assert_eq!(registered, me);
    for (part, email) in [(google, "user1@gmail.com"), (yandex, "user2@yandex.ru"), (vk, "")] {
        let [me] = objects(part).try_into().unwrap();
        assert_eq!(me["email"], email);
        assert!(me["id"].as_i64().unwrap() > 0);
    }
    let [tokens] = objects(app).try_into().unwrap();
    assert!(tokens["access_token"].as_str().unwrap().starts_with("cat_"));
    let [registered, page] = objects(short).try_into().unwrap();
    assert!(registered.is_object());
    assert!(page["authorization_url"].as_str().unwrap().starts_with("http"));
}

#[test]
fn every_line_it_prints_can_be_pasted() {
    let dev = Dev::new();
    let (_process, said) = dev.start();
    insist(&dev.paste(&said));
}

#[test]
fn they_can_be_pasted_wherever_it_lives() {
    let dev = Dev::at("it's over there");
    let (_process, said) = dev.start();
    insist(&dev.paste(&said));
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_left() {
    let dev = Dev::new();
    let (mut first, said) = dev.start();
    let (facts, parts) = (dev.facts(), dev.paste(&said));
    first.tell_to_stop();
    assert_eq!(first.ended().await, Some(0));
    let (_second, again) = dev.start();
    assert_eq!(dev.facts(), facts);
    assert_eq!(again, said);
    let parts_again = dev.paste(&said);
    insist(&parts_again);
    // The people of the first start are the people of the second one.
    assert_eq!(parts[1], parts_again[1]);
}

#[test]
fn its_facts_are_complete_and_private() {
    let dev = Dev::new();
    let (_process, said) = dev.start();
    let facts = dev.facts();
    let [port, sandbox] = &dev.ports;
    assert_eq!(facts["base_url"], format!("http://127.0.0.1:{port}"));
    assert_eq!(facts["sandbox_url"], format!("http://127.0.0.1:{sandbox}"));
    let here = dev.shell.dir().canonicalize().unwrap().join("here");
    assert_eq!(facts["mail_dir"], here.join("mail").to_str().unwrap());
    assert_eq!(facts["database_url"], format!("sqlite://{}", here.join("cambio.db").display()));
    assert_eq!(facts["clients"]["public"]["client_id"], "dev-mobile-app");
    assert_eq!(facts["clients"]["confidential"]["client_id"], "dev-backend");
    let secret = facts["clients"]["confidential"]["client_secret"].as_str().unwrap();
    assert!(said.contains(secret));
    for name in ["google-oauth2", "yandex-oauth2", "vk-oauth2"] {
        assert!(said.contains(facts["tokens"][name].as_str().unwrap()));
    }
    for file in ["dev.json", "cambio.db"] {
        let mode = fs::metadata(here.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}

#[test]
fn a_taken_port_is_named_with_what_to_do() {
    let dev = Dev::new();
    let taken = std::net::TcpListener::bind(format!("127.0.0.1:{}", dev.ports[0])).unwrap();
    let [port, sandbox] = &dev.ports;
    let told = dev.shell.run(&["dev", "--dir", "here", "--port", port, "--sandbox-port", sandbox]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains(port) && told.err.contains("--port"), "{}", told.err);
    drop(taken);
}
