//! The servers under test, each a child process on loopback: the release program, and the ceiling.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load::Wire;

/// A running server; ends with its value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
}

/// Memory of a process in KiB: resident, and of it what no file backs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub resident: u64,
    pub anonymous: u64,
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Server {
    /// The release program on a database.
    pub fn ocop(database_url: &str, folder: &Path) -> Self {
        let address = free_address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ocop"));
        settings(&mut command, database_url, folder);
        let log = std::fs::File::create(folder.join("server.log")).unwrap();
        command.arg("serve").env("OCOP_LISTEN", address.to_string()).stderr(log);
        Self::start(command, address, "/readyz")
    }

    /// A bare actix-web server that answers `size` bytes of JSON from memory: this program with a hidden argument.
    pub fn ceiling(size: usize) -> Self {
        let address = free_address();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ceiling", &size.to_string(), &address.to_string()]);
        Self::start(command, address, "/x")
    }

    fn start(mut command: Command, address: SocketAddr, path: &str) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let begun = Instant::now();
        let child = command.spawn().unwrap();
        let mut server = Self { child, address, started_in: Duration::ZERO };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
            loop {
                if let Ok(mut wire) = Wire::open(address).await
                    && wire.ask(request.as_bytes()).await.is_ok_and(|a| a.status == 200)
                {
                    break;
                }
                assert!(server.child.try_wait().unwrap().is_none(), "the server ended at once");
                assert!(begun.elapsed() < Duration::from_secs(30), "the server does not answer");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        server.started_in = begun.elapsed();
        server
    }

    /// The memory it has now.
    pub fn memory(&self) -> Memory {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("0");
            line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
        };
        Memory { resident: field("VmRSS:"), anonymous: field("RssAnon:") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program's settings for a run of its own.
pub fn settings(command: &mut Command, database_url: &str, folder: &Path) {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OCOP_")) {
        command.env_remove(name);
    }
    command
        .env("DATABASE_URL", database_url)
        .env("OCOP_DATA_DIR", folder)
        .env("OCOP_RATE_LIMITS", "off")
        .env("OCOP_LOG", "warn");
}

/// Serves `size` bytes of JSON at every path until killed.
pub fn serve_ceiling(size: usize, address: &str) {
    use actix_web::{App, HttpResponse, HttpServer, web};
    let body = web::Bytes::from(format!("{{\"x\":\"{}\"}}", "a".repeat(size.saturating_sub(8))));
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(body) }
        }))
    });
    actix_web::rt::System::new().block_on(server.bind(address).unwrap().run()).unwrap();
}
