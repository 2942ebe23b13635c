//! The real program as a process of its own, for what only a process can show: being killed, draining, refusing to start.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The path of the program, built once by the cargo that runs the tests.
pub fn binary() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = std::process::Command::new(cargo)
            .args(["build", "--locked", "--quiet", "--package", "guildhall"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the program can be built");
        let own = std::env::current_exe().expect("this test has a path");
        let folder = own.ancestors().find(|folder| folder.ends_with("debug") || folder.ends_with("release"));
        folder.expect("a folder of build output").join("guildhall")
    })
}

/// A server that runs as a process. Dropping it kills it.
pub struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub url: String,
}

/// A command for the program with nothing in its surroundings but what the test says.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    with_tracer(&[], folder, arguments)
}

fn with_tracer(tracer: &[&str], folder: &Path, arguments: &[&str]) -> Command {
    let mut words = tracer.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    words.push(binary().display().to_string());
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GUILDHALL_DATA", folder)
        .env("GUILDHALL_LISTEN", "127.0.0.1:0")
        .env("GUILDHALL_STAGE_UDP", "127.0.0.1:0")
        .env("GUILDHALL_STAGE_TCP", "127.0.0.1:0")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Program {
    /// Starts `guildhall serve` over a data folder and waits until it listens.
    pub async fn serve(folder: &Path) -> Program {
        Program::start(command(folder, &["serve"])).await
    }

    /// The same under a tracer such as `strace -o file`.
    pub async fn serve_traced(tracer: &[&str], folder: &Path) -> Program {
        Program::start(with_tracer(tracer, folder, &["serve"])).await
    }

    async fn start(mut command: Command) -> Program {
        let mut child = command.stderr(Stdio::null()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let url = loop {
            let line = lines.next_line().await.expect("its output can be read").expect("it says where it listens");
            if let Some(url) = line.strip_prefix("Guildhall listens on ") {
                break url.trim().replace("localhost", "127.0.0.1");
            }
        };
        Program { child, lines, url }
    }

    /// kill -9.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("it can be killed");
    }

    /// SIGTERM; returns the exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().expect("it runs").to_string();
        std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        while let Ok(Some(_)) = self.lines.next_line().await {}
        self.child.wait().await.expect("it ends").code()
    }

    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}
