//! The program as a process: what it says when it can't start, and how it stops.

use std::path::Path;

use guildhall_tests::program::{Program, command};
use guildhall_tests::{House, PASSWORD};

/// What the program writes to its error output when it refuses to start.
async fn complaint(file: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("guildhall.toml"), file).unwrap();
    let mut command = command(folder.path(), &["serve"]);
    for (name, value) in variables {
        command.env(name, value);
    }
    words_of(command).await
}

async fn words_of(mut command: tokio::process::Command) -> (Option<i32>, String) {
    let output = command.output().await.unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn a_wrong_setting_is_told_in_one_line_and_nothing_starts() {
    for (file, variables, says) in [
        ("colour = \"red\"\n", vec![], "colour"),
        ("listen = \"nowhere\"\n", vec![], "listen"),
        ("", vec![("GUILDHALL_LISTEN", "127.0.0.1:99999")], "GUILDHALL_LISTEN"),
        ("", vec![("GUILDHALL_COLOUR", "red")], "GUILDHALL_COLOUR"),
        ("[search]\nengine = \"grep\"\n", vec![], "search.engine"),
        ("", vec![("GUILDHALL_DATABASE_URL", "sqlite:///nowhere/at/all.db")], "all.db"),
    ] {
        let (code, words) = complaint(file, &variables).await;
        assert_eq!(code, Some(1), "{file}{variables:?}: {words}");
        let lines: Vec<&str> = words.lines().filter(|line| line.starts_with("guildhall:")).collect();
        assert_eq!(lines.len(), 1, "{file}{variables:?}: {words}");
        assert!(lines[0].contains(says), "{} should speak of {says}", lines[0]);
    }
}

/// Starts the program over a house whose pepper is not what it was, and sees that it says so and touches nothing.
async fn refuses_to_start_without_its_pepper(folder: &Path) {
    let there = || std::fs::read(folder.join("keys/pepper")).ok();
    let before = there();
    let (code, words) = words_of(command(folder, &["serve"])).await;
    assert_eq!((code, there()), (Some(1), before), "{words}");
    let lines: Vec<&str> = words.lines().filter(|line| line.starts_with("guildhall:")).collect();
    assert_eq!(lines.len(), 1, "{words}");
    assert!(["keys/pepper", "backup", "new-pepper"].iter().all(|word| lines[0].contains(word)), "{}", lines[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_pepper_is_not_replaced_in_silence_while_there_are_passwords() {
    let mut house = House::embedded().await;
    let brand = house.brand("Nordwind").await;
    house.stop().await;
    let (folder, pepper) = (house.folder(), house.folder().join("keys/pepper"));
    let right = std::fs::read(&pepper).unwrap();
    std::fs::remove_file(&pepper).unwrap();
    refuses_to_start_without_its_pepper(&folder).await;
    std::fs::write(&pepper, [7; 32]).unwrap();
    refuses_to_start_without_its_pepper(&folder).await;

    std::fs::write(&pepper, right).unwrap();
    let program = Program::serve(&folder).await;
    brand.owner.another_device().at(&program.url).log_in(PASSWORD).await.ok();
    program.terminate().await;

    // Lost for good: another one on purpose, and the old password is worth nothing.
    std::fs::remove_file(&pepper).unwrap();
    let (code, words) = words_of(command(&folder, &["new-pepper"])).await;
    assert_eq!(code, Some(0), "{words}");
    let program = Program::serve(&folder).await;
    brand.owner.another_device().at(&program.url).log_in(PASSWORD).await.refused(401, "invalid_credentials");
    brand.owner.at(&program.url).get("/me").await.ok();
}

#[tokio::test]
async fn while_nobody_has_a_password_a_lost_pepper_is_made_anew() {
    let mut house = House::new().await;
    house.stop().await;
    std::fs::remove_file(house.folder().join("keys/pepper")).unwrap();
    house.open_again().await;
    let brand = house.brand("Nordwind").await;
    house.restart().await;
    brand.owner.another_device().at(&house.url()).log_in(PASSWORD).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_tells_the_sockets_to_come_back_and_ends_well() {
    let mut house = House::embedded().await;
    let brand = house.brand("Nordwind").await;
    house.stop().await;
    let program = Program::serve(&house.folder()).await;
    let mut socket = brand.owner.at(&program.url).socket().await;
    let stopping = tokio::spawn(program.terminate());
    assert_eq!(socket.closed().await, 1012);
    assert_eq!(stopping.await.unwrap(), Some(0));
}
