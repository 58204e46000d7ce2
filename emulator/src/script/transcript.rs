use super::request::Request;

/// The requests that the server received.
#[derive(Clone, Debug, Default)]
#[must_use = "the transcript says whether the script failed"]
pub struct Transcript {
    /// The complete requests of each accepted connection.
    pub connections: Vec<Vec<Request>>,
    /// The step that failed, and why. `None` when the script ran to its end.
    pub failure: Option<String>,
}

impl Transcript {
    /// Returns the transcript, if the script ran to its end.
    ///
    /// # Panics
    /// The script failed. The message contains [`Transcript::failure`].
    pub fn checked(&self) -> &Self {
        if let Some(failure) = &self.failure {
            panic!("the script failed: {failure}\nrequests so far: {:#?}", self.connections);
        }
        self
    }

    /// Returns all requests of all connections, in order.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.connections.iter().flatten()
    }
}
