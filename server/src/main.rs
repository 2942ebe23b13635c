//! The program: arguments in, a running server out.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use guildhall::app::{App, Outside};
use guildhall::demo;
use guildhall::platform::clock::SystemClock;
use guildhall::platform::config::{self, Config, Flags, Surroundings};
use guildhall::platform::ids::SystemChance;
use guildhall::platform::observe;
use guildhall::platform::passwords::Cost;
use guildhall::platform::refusal::Failure;
use guildhall::serve::{Running, start};
use guildhall::settings;

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
    /// Run a fictitious brand with people, talk and webinars, in a folder of its own, to look around in
    Demo,
    /// Print a link with which one more brand can be founded on this server
    NewBrand,
    /// Make a new key for the passwords where the old one is lost for good: everybody has to ask for a new password
    NewPepper,
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
        Command::Demo => runtime.block_on(demo(config)),
        Command::NewBrand => runtime.block_on(new_brand(config)),
        Command::NewPepper => runtime.block_on(new_pepper(config)),
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

async fn demo(config: Config) -> ExitCode {
    let config = Config { data: demo::folder(&config), database_url: None, ..config };
    let log_ins = match demo::prepare(config.clone(), |line| println!("{line}")).await {
        Ok(log_ins) => log_ins,
        Err(failure) => return complain(&[failure.explain()]),
    };
    println!("Log in with the password {} as", demo::PASSWORD);
    for log_in in log_ins {
        println!("  {:<10} {:<28} {}", log_in.role, log_in.email, log_in.name);
    }
    serve(config).await
}

async fn new_brand(config: Config) -> ExitCode {
    match link_for_new_brand(config).await {
        Ok(link) => {
            println!("Found the brand here: {link}");
            ExitCode::SUCCESS
        }
        Err(failure) => complain(&[failure.explain()]),
    }
}

async fn link_for_new_brand(config: Config) -> Result<String, Failure> {
    let (app, _woken) = App::open(config, outside()).await?;
    let secret = app.ids.secret();
    let tx = app.store.begin().await?;
    settings::reopen_setup(&tx, &secret.hash()).await?;
    tx.commit().await?;
    Ok(app.link(&format!("/setup#{}", secret.reveal())))
}

async fn new_pepper(config: Config) -> ExitCode {
    match App::renew_pepper(&config, outside()).await {
        Ok(()) => {
            println!(
                "There is a new pepper. No old password fits any more: everybody asks for a new one at the log-in."
            );
            ExitCode::SUCCESS
        }
        Err(failure) => complain(&[failure.explain()]),
    }
}

/// Says where the server is, and how to set it up while nobody has.
async fn announce(running: &Running) -> Result<(), Failure> {
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
