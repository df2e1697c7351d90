//! The demo server in a thread of its own, for the real binary to be pointed at.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use ftp_doctor::{DemoBehaviour, DemoServer};
use tokio::sync::oneshot;

/// A server that runs until this value is dropped.
pub struct Served {
    /// The control port.
    pub address: SocketAddr,
    /// The certificate (DER) of the authority to trust, where the server speaks TLS.
    pub authority: Option<Vec<u8>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a server; when this returns, it can be connected to.
pub fn serve(behaviour: DemoBehaviour) -> Served {
    let (stop, stopped) = oneshot::channel();
    let (tell, told) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let server = DemoServer::start(behaviour).await.expect("a server on loopback");
            let told = (server.address(), server.authority().map(<[u8]>::to_vec));
            tell.send(told).expect("somebody waits for the address");
            let _ = stopped.await;
        });
    });
    let (address, authority) = told.recv().expect("the server starts");
    Served { address, authority, stop: Some(stop), thread: Some(thread) }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
