//! Change streams of DocumentDB.

use super::object::object;
use crate::json::{RawJson, Records};

object! {
    /// A batch of changes (AWS: [Using Lambda with Amazon DocumentDB][1]). Read it with
    /// [`Event::json`](crate::Event::json). An error delivers the whole batch again.
    ///
    /// ```json
    /// {
    ///   "eventSource": "aws:docdb", "eventSourceArn": "arn:aws:rds:eu-central-1:123456789012:cluster:orders",
    ///   "events": [{"event": {
    ///     "_id": {"_data": "0163eeb6e7000000090100000009000041e1"}, "operationType": "insert",
    ///     "clusterTime": {"$timestamp": {"t": 1727177640, "i": 9}}, "ns": {"db": "shop", "coll": "orders"},
    ///     "documentKey": {"_id": {"$oid": "63eeb6e7d418cd98afb1c1d7"}}, "fullDocument": {"item": "tea"}
    ///   }}]
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-documentdb.html
    pub struct Event<'a> {
        on demand
        /// `aws:docdb`.
        pub event_source: &'a str = "eventSource",
        /// The ARN of the cluster.
        pub event_source_arn: &'a str = "eventSourceArn",
        in place
        /// The changes.
        pub events: Records<'a, Record<'a>> = "events",
    }
}

object! {
    /// An element of a batch.
    pub struct Record<'a> {
        /// The change.
        pub event: Change<'a> = "event",
    }
}

object! {
    /// A change, as MongoDB's [change streams][1] describe it. Values have the types of MongoDB's
    /// extended JSON.
    ///
    /// [1]: https://www.mongodb.com/docs/manual/reference/change-events/
    pub struct Change<'a> {
        /// `insert`, `update`, `replace`, `delete`, `drop` and others.
        pub operation_type: &'a str = "operationType",
        on demand
        /// The token to resume the stream: `_data`.
        pub id: RawJson<'a> = "_id",
        /// The time of the change.
        pub cluster_time: RawJson<'a> = "clusterTime",
        /// The database and the collection: `db` and `coll`.
        pub ns: RawJson<'a> = "ns",
        /// The new database and collection, of a renamed one.
        pub to: RawJson<'a> = "to",
        /// The key of the document.
        pub document_key: RawJson<'a> = "documentKey",
        /// The document, if it was inserted or replaced, or if the stream looks it up.
        pub full_document: RawJson<'a> = "fullDocument",
        /// What was updated: `updatedFields`, `removedFields`, `truncatedArrays`.
        pub update_description: RawJson<'a> = "updateDescription",
        /// The time of day on the cluster.
        pub wall_time: RawJson<'a> = "wallTime",
        /// The number of the transaction.
        pub txn_number: RawJson<'a> = "txnNumber",
    }
}
