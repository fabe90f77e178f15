//! Letters of one's own in the place of those built in.

use std::fs;

use cambio::{
    courier::Office,
    mail::{memory::Memory, transport::Transport},
};
use tempfile::TempDir;

use crate::support::House;

fn with(name: &str, text: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(name), text).unwrap();
    directory
}

async fn house(directory: &TempDir) -> House {
    House::with(&[("mail.templates_dir", directory.path().to_str().unwrap())]).await
}

#[tokio::test]
async fn one_letter_may_be_replaced_and_the_rest_stays() {
    let text =
        "Subject: Welcome to {{ site }}\n\nOpen {{ name }}:\n{{ link }}\nin {{ lifetime }}\n";
    let directory = with("activation.en.txt", text);
    let house = house(&directory).await;
    house.register("ada").await;

    let letter = house.mail.last_to("ada@example.com").await.rendered;
    assert_eq!(letter.subject, "Welcome to Test House");
    assert!(letter.text.starts_with("Open :\nhttp") && letter.text.ends_with("in 3 days\n"));

    house.activate_by_letter("ada@example.com").await;
    let letter = house.mail.last_to("ada@example.com").await.rendered;
    assert_eq!(letter.subject, "Your account at Test House is active");
}

#[tokio::test]
async fn a_letter_that_cannot_be_written_is_found_at_the_start() {
    let house = House::open().await;
    for (name, text) in [
        ("activation.ru.txt", "Subject: x\n\n{{ links }}\n"),
        ("activation.ru.txt", "Subject: x\n\n{% if %}\n"),
        ("activation.ru.txt", "no subject\n\n{{ link }}\n"),
        ("activation.ru.txt", "Subject: x\n\nno link\n"),
        ("activation.ru.html", "<p>no link</p>"),
        ("confirmation.ko.txt", "Subject: x\n\n{{ link }}\n"),
    ] {
        let directory = with(name, text);
        let mut config = house.config().clone();
        config.mail.templates_dir = Some(directory.path().to_owned());
        let transport = Transport::memory(&config.mail, Memory::default()).unwrap();
        let told = Office::with_transport(&config, transport).err();
        let told = told.unwrap_or_else(|| panic!("{name}: {text}")).to_string();
        assert!(told.contains(name.rsplit_once('.').unwrap().0), "{told}");
    }
}
