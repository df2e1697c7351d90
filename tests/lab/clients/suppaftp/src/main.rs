//! Lists a server's root folder with suppaftp, as its manual does it: `suppaftp HOST [CA.PEM]`.

use std::env::args;
use std::error::Error;
use std::sync::Arc;

use suppaftp::rustls::pki_types::CertificateDer;
use suppaftp::rustls::pki_types::pem::PemObject as _;
use suppaftp::rustls::{ClientConfig, RootCertStore};
use suppaftp::{FtpStream, ImplFtpStream, RustlsConnector, RustlsFtpStream, TlsStream};

fn main() -> Result<(), Box<dyn Error>> {
    let host = args().nth(1).ok_or("which host?")?;
    let Some(authority) = args().nth(2) else {
        return list(FtpStream::connect((host.as_str(), 21))?);
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority)? {
        roots.add(certificate?)?;
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = RustlsConnector::from(Arc::new(config));
    list(RustlsFtpStream::connect((host.as_str(), 21))?.into_secure(connector, &host)?)
}

fn list<T: TlsStream>(mut ftp: ImplFtpStream<T>) -> Result<(), Box<dyn Error>> {
    ftp.login("anonymous", "guest")?;
    for name in ftp.nlst(None)? {
        println!("{name}");
    }
    ftp.quit()?;
    Ok(())
}
