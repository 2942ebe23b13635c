//! The web client is put into the binary. Where it has not been built yet the server still builds, and says so in the browser.

use std::{fs, io};

const CLIENT: &str = "../web/dist";

fn main() -> io::Result<()> {
    fs::create_dir_all(CLIENT)?;
    println!("cargo:rerun-if-changed={CLIENT}");
    Ok(())
}
