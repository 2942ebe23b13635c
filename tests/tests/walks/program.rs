//! The program as a process: what it says when it can't start, and how it stops.

use guildhall_tests::House;
use guildhall_tests::program::{Program, command};

/// What the program writes to its error output when it refuses to start.
async fn complaint(file: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("guildhall.toml"), file).unwrap();
    let mut command = command(folder.path(), &["serve"]);
    for (name, value) in variables {
        command.env(name, value);
    }
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
