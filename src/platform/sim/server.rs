//! Starting and stopping a simulator: a server of its own on a thread of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, Json, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, rt};

use super::faults::{Fault, FaultBook, inject};

/// Largest body a simulator reads, in bytes.
const BODY_MAX: usize = 2 * 1024 * 1024;

/// A running simulator; it stops when this is dropped.
#[derive(Debug)]
pub struct SimHandle {
    /// Address to use as a shop's `base_url`.
    pub base_url: String,
    /// Where it listens.
    pub address: SocketAddr,
    server: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl SimHandle {
    /// Stops it at once: requests under way are cut, as by a crash.
    ///
    /// # Errors
    /// What ended the server, if it was not this call.
    pub fn stop(mut self) -> io::Result<()> {
        self.halt()
    }

    /// Waits until it ends by itself, which it only does on an error.
    ///
    /// # Errors
    /// What ended the server.
    pub fn wait(mut self) -> io::Result<()> {
        self.join()
    }

    fn halt(&mut self) -> io::Result<()> {
        // The command is on its way once the call returns; the thread's end is awaited instead of the future.
        drop(self.server.stop(false));
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the simulator panicked")),
            None => Ok(()),
        }
    }
}

impl Drop for SimHandle {
    fn drop(&mut self) {
        // Its end is of no interest any more.
        let _ = self.halt();
    }
}

/// Starts a server on loopback with these routes, the fault middleware and the controls of every simulator.
pub(super) fn launch(
    name: &str,
    port: u16,
    book: FaultBook,
    routes: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> io::Result<SimHandle> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let address = listener.local_addr()?;
    let book = Data::new(book);
    let (started, starts) = mpsc::channel();
    let thread = std::thread::Builder::new().name(format!("sim-{name}")).spawn(move || {
        rt::System::new().block_on(async move {
            let app = move || {
                App::new()
                    .app_data(PayloadConfig::new(BODY_MAX))
                    .app_data(book.clone())
                    .wrap(from_fn(inject))
                    .configure(controls)
                    .configure(routes.clone())
            };
            let server =
                HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(0).listen(listener)?.run();
            // Nobody waits any more when the starting thread is gone; the server then ends with the process.
            let _ = started.send(server.handle());
            server.await
        })
    })?;
    match starts.recv() {
        Ok(server) => {
            Ok(SimHandle { base_url: format!("http://{address}"), address, server, thread: Some(thread) })
        }
        Err(_) => match thread.join() {
            Ok(Err(error)) => Err(error),
            _ => Err(io::Error::other("the simulator did not start")),
        },
    }
}

fn controls(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/__sim/faults")
                .route(web::post().to(|book: Data<FaultBook>, fault: Json<Fault>| async move {
                    book.order(fault.into_inner());
                    HttpResponse::NoContent().finish()
                }))
                .route(web::delete().to(|book: Data<FaultBook>| async move {
                    book.clear();
                    HttpResponse::NoContent().finish()
                })),
        )
        .route("/__sim/requests", web::get().to(|book: Data<FaultBook>| async move { Json(book.counts()) }));
}
