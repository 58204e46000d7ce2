use super::request::Request;

/// What the server saw.
#[derive(Clone, Debug, Default)]
#[must_use = "a script that was not played to its end says so here"]
pub struct Transcript {
    /// The whole requests of each connection that was accepted.
    pub connections: Vec<Vec<Request>>,
    /// Which step was not met, and why. `None` when the script was played to its end.
    pub failure: Option<String>,
}

impl Transcript {
    /// The transcript itself, when the script was played to its end.
    ///
    /// # Panics
    /// With the words of [`Transcript::failure`] otherwise.
    pub fn checked(&self) -> &Self {
        if let Some(failure) = &self.failure {
            panic!("the script was not played to its end: {failure}\nseen so far: {:#?}", self.connections);
        }
        self
    }

    /// All requests, of all connections, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.connections.iter().flatten()
    }
}
