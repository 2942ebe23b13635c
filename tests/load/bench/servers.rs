//! The servers that are measured: started, waited for, stopped.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{Options, people};

const START_PATIENCE: Duration = Duration::from_mins(1);

/// One running server.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The people who may connect; none at the bare broadcast.
    pub seed: Option<PathBuf>,
}

/// The yardstick and what is measured by it.
pub struct Servers {
    pub bare: Server,
    pub measured: Server,
    pub name: &'static str,
    programs: PathBuf,
    guildhall: Option<PathBuf>,
    folder: TempDir,
}

impl Servers {
    pub fn start(options: &Options) -> Result<Self, Box<dyn Error>> {
        let programs = std::env::current_exe()?.parent().ok_or("a program without a folder")?.to_owned();
        let folder = TempDir::new()?;
        let bare = Server::spawn(Command::new(programs.join("load-baseline")), None)?;
        let guildhall = (!options.engine).then(|| options.server.clone().unwrap_or_else(|| programs.join("guildhall")));
        match &guildhall {
            Some(_) => seed_guildhall(folder.path(), options.people())?,
            None => seed_engine(folder.path(), options.people())?,
        }
        let measured = start_measured(&programs, guildhall.as_deref(), folder.path())?;
        let name = if options.engine { "engine" } else { "guildhall" };
        Ok(Self { bare, measured, name, programs, guildhall, folder })
    }

    /// Starts what is measured anew, so that its memory is that of a fresh process.
    pub fn restart(&mut self) -> Result<(), Box<dyn Error>> {
        self.measured.stop();
        self.measured = start_measured(&self.programs, self.guildhall.as_deref(), self.folder.path())?;
        self.bare.stop();
        self.bare = Server::spawn(Command::new(self.programs.join("load-baseline")), None)?;
        Ok(())
    }

    pub fn flood(&self) -> Command {
        Command::new(self.programs.join("load-flood"))
    }
}

fn start_measured(programs: &Path, guildhall: Option<&Path>, folder: &Path) -> Result<Server, Box<dyn Error>> {
    let seed = Some(folder.join("people.jsonl"));
    match guildhall {
        Some(program) => {
            let mut command = Command::new(program);
            command.arg("serve").env("GUILDHALL_DATA", folder.join("data")).env("GUILDHALL_LOG_FILTER", "warn");
            Server::spawn(command, seed)
        }
        None => Server::spawn(Command::new(programs.join("load-engine")), seed),
    }
}

fn seed_guildhall(folder: &Path, people: usize) -> Result<(), Box<dyn Error>> {
    let data = folder.join("data");
    fs::create_dir_all(&data)?;
    people::bring(&data, &folder.join("people.jsonl"), people)
}

/// The engine takes any cookie.
fn seed_engine(folder: &Path, people: usize) -> Result<(), Box<dyn Error>> {
    let id = "00000000-0000-0000-0000-000000000000";
    let mut lines = format!("{{\"brand\":\"{id}\",\"stream\":\"{id}\",\"channels\":[\"{id}\",\"{id}\",\"{id}\"]}}\n");
    for person in 0..people {
        writeln!(lines, "{{\"cookie\":\"{person}\"}}")?;
    }
    Ok(fs::write(folder.join("people.jsonl"), lines)?)
}

impl Server {
    /// Starts a server on a free port, which all of them take from the same variable, and waits until it answers.
    fn spawn(mut command: Command, seed: Option<PathBuf>) -> Result<Self, Box<dyn Error>> {
        let address = free_address()?;
        let child = command
            .env("GUILDHALL_LISTEN", address.to_string())
            .env("GUILDHALL_STAGE_UDP", "127.0.0.1:0")
            .env("GUILDHALL_STAGE_TCP", "127.0.0.1:0")
            .env("GUILDHALL_PUBLIC_URL", format!("http://{address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let mut server = Self { child, address, seed };
        server.wait_until_ready()?;
        Ok(server)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_ready(&mut self) -> Result<(), Box<dyn Error>> {
        let begun = Instant::now();
        while !self.answers() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended: {status}").into());
            }
            if begun.elapsed() > START_PATIENCE {
                return Err("the server does not become ready".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Anything that accepts is ready, but for Guildhall, which says so.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return false };
        let asked = format!("GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        let mut answer = Vec::new();
        let heard = stream.write_all(asked.as_bytes()).and_then(|()| stream.read_to_end(&mut answer));
        heard.is_err() || !answer.starts_with(b"HTTP/1.1 503")
    }

    fn stop(&mut self) {
        // Already gone is as good.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_address() -> Result<SocketAddr, Box<dyn Error>> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
