//! A database of the measurement's own on somebody's PostgreSQL server.

use tokio::runtime::Builder;
use tokio_postgres::NoTls;

use crate::Done;

/// A database; it is dropped with this.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes an empty one beside the server's own.
    pub fn make(server: &str, what: &str) -> Done<Self> {
        let name = format!("cambio_bench_{}_{}", what.replace('-', "_"), std::process::id());
        tell(server, &format!("create database {name}"))?;
        Ok(Self { server: server.to_owned(), name })
    }

    /// Its address.
    pub fn url(&self) -> Done<String> {
        let mut url = url::Url::parse(&self.server)?;
        url.set_path(&self.name);
        Ok(url.into())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server may be gone, and the database with it.
        let _ = tell(&self.server, &format!("drop database if exists {} with (force)", self.name));
    }
}

fn tell(server: &str, command: &str) -> Done<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
        tokio::spawn(connection);
        Ok(client.batch_execute(command).await?)
    })
}
