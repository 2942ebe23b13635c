//! The program: arguments in, a running server out.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use guildhall::app::Outside;
use guildhall::platform::clock::SystemClock;
use guildhall::platform::config::{self, Config, Flags, Surroundings};
use guildhall::platform::ids::SystemChance;
use guildhall::platform::observe;
use guildhall::platform::passwords::Cost;
use guildhall::serve::{Running, start};

/// Groups of professionals: chat, knowledge, webinars, on a server of your own.
#[derive(Parser)]
#[command(name = "guildhall", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match config::load(&arguments.flags, &Surroundings::of_process()) {
        Ok(config) => config,
        Err(lines) => return complain(&lines),
    };
    if let Err(lines) = config::check(&config) {
        return complain(&lines);
    }
    if let Err(error) = observe::start(&config.log) {
        return complain(&[error.to_string()]);
    }
    observe::log_panics();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&[format!("the system gives no threads: {error}")]),
    };
    match arguments.command {
        Command::Serve => runtime.block_on(serve(config)),
    }
}

fn complain(lines: &[String]) -> ExitCode {
    for line in lines {
        eprintln!("guildhall: {line}");
    }
    ExitCode::FAILURE
}

fn outside() -> Outside {
    Outside { clock: Arc::new(SystemClock), chance: Arc::new(SystemChance), password_cost: Cost::default() }
}

async fn serve(config: Config) -> ExitCode {
    let running = match start(config, outside()).await {
        Ok(running) => running,
        Err(failure) => {
            failure.log("start");
            return complain(&[failure.explain()]);
        }
    };
    if let Err(failure) = announce(&running).await {
        failure.log("start");
    }
    wait_for_the_end().await;
    running.stop().await;
    ExitCode::SUCCESS
}

/// Says where the server is, and how to set it up while nobody has.
async fn announce(running: &Running) -> Result<(), guildhall::platform::refusal::Failure> {
    println!("Guildhall listens on {}", running.app.link(""));
    if let Some(link) = running.setup_link().await? {
        println!("Set it up here: {link}");
    }
    Ok(())
}

/// SIGTERM from whoever runs us, or Ctrl-C.
async fn wait_for_the_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => {
            if let Err(error) = interrupted {
                tracing::warn!(error = %error, "cannot listen for Ctrl-C");
            }
        }
    }
    tracing::info!("stopping");
}
