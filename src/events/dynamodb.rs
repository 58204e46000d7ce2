//! Changes to DynamoDB tables, from their streams.

use serde::Deserialize;

use super::encoded::Base64Text;
use super::fields::{Parameters, Texts};
use super::object::object;
use super::time::Timestamp;
use crate::json::RawJson;

object! {
    /// A change to an item (AWS: [Using AWS Lambda with Amazon DynamoDB][1], and [Record][2] in the
    /// DynamoDB Streams API).
    ///
    /// Read a batch with [`Event::records`](crate::Event::records), and respond with
    /// [`BatchItemFailures`](super::BatchItemFailures). Add the
    /// [`sequence_number`](StreamRecord::sequence_number) of the first failure.
    ///
    /// ```json
    /// {"Records": [{
    ///   "eventID": "5d41402abc4b2a76b9719d911017c592", "eventName": "MODIFY", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
    ///   "awsRegion": "eu-central-1",
    ///   "dynamodb": {
    ///     "ApproximateCreationDateTime": 1727177580, "Keys": {"Id": {"N": "101"}},
    ///     "NewImage": {"Id": {"N": "101"}, "Message": {"S": "new"}}, "OldImage": {"Id": {"N": "101"}, "Message": {"S": "old"}},
    ///     "SequenceNumber": "7000000000000000042381605091", "SizeBytes": 59, "StreamViewType": "NEW_AND_OLD_IMAGES"
    ///   },
    ///   "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2024-09-01T00:00:00.000"
    /// }]}
    /// ```
    ///
    /// The data of a Kinesis record of a table's changes is a `Record` too, without a sequence
    /// number, and with the name of the table: `record.kinesis.data.json::<dynamodb::Record>()`
    /// (AWS: [Using Kinesis Data Streams to capture changes to DynamoDB][3]).
    ///
    /// [1]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    /// [2]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    /// [3]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html
    pub struct Record<'a> {
        /// `INSERT`, `MODIFY` or `REMOVE`.
        pub event_name: &'a str = "eventName",
        /// The change.
        pub dynamodb: StreamRecord<'a> = "dynamodb",
        on demand
        /// The change's id.
        pub event_id: &'a str = "eventID",
        /// The version of the record's format.
        pub event_version: &'a str = "eventVersion",
        /// `aws:dynamodb`.
        pub event_source: &'a str = "eventSource",
        /// The region of the table.
        pub aws_region: &'a str = "awsRegion",
        /// The identity, if DynamoDB itself removed the item because its time to live expired:
        /// `type` is `Service`, and `principalId` is `dynamodb.amazonaws.com`.
        pub user_identity: Parameters<'a> = "userIdentity",
        /// The ARN of the stream.
        pub event_source_arn: &'a str = "eventSourceARN",
        /// The name of the table, in a record from Kinesis.
        pub table_name: Option<&'a str> = "tableName",
        /// `application/json`, in a record from Kinesis.
        pub record_format: Option<&'a str> = "recordFormat",
    }
}

object! {
    /// The change to an item (AWS: [StreamRecord][1]).
    ///
    /// [1]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
    pub struct StreamRecord<'a> {
        on demand
        /// The time of the change: to the second in a stream of DynamoDB, to the millisecond or
        /// microsecond in a stream of Kinesis.
        pub approximate_creation_date_time: Timestamp<'a> = "ApproximateCreationDateTime",
        /// The item's primary key.
        pub keys: Item<'a> = "Keys",
        /// The item after the change. It is empty if the stream's view type excludes it, or if the
        /// item was removed.
        pub new_image: Item<'a> = "NewImage",
        /// The item before the change. It is empty if the stream's view type excludes it, or if the
        /// item is new.
        pub old_image: Item<'a> = "OldImage",
        /// The sequence number of the change in its shard, of up to 40 digits. It identifies the
        /// record in a failure report. It is empty in a record from Kinesis, whose own sequence
        /// number identifies it.
        pub sequence_number: &'a str = "SequenceNumber",
        /// The size of the change, in bytes.
        pub size_bytes: u64 = "SizeBytes",
        /// The stream's view type: `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`.
        pub stream_view_type: &'a str = "StreamViewType",
        /// `MILLISECOND` or `MICROSECOND`, in a record from Kinesis.
        pub approximate_creation_date_time_precision: Option<&'a str> = "ApproximateCreationDateTimePrecision",
    }
}

/// The attributes of an item, or of a map in it, by name. Their number is unlimited.
#[derive(Copy, Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Item<'a> {
    #[serde(borrow)]
    object: RawJson<'a>,
}

impl<'a> Item<'a> {
    /// Returns the value of the attribute `name`.
    pub fn get(&self, name: &str) -> Option<AttributeValue<'a>> {
        self.iter().find(|(other, _)| name == *other).map(|(_, value)| value)
    }

    /// Iterates over the attributes, as pairs of name and value.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, AttributeValue<'a>)> {
        self.object.fields().map(|(name, value)| (name, AttributeValue::new(value)))
    }

    /// Returns whether there aren't any attributes.
    pub fn is_empty(&self) -> bool {
        self.object.fields().next().is_none()
    }
}

impl<'a> From<RawJson<'a>> for Item<'a> {
    fn from(object: RawJson<'a>) -> Self {
        Self { object }
    }
}

/// A list of values. Its length is unlimited.
#[derive(Copy, Clone, Debug)]
pub struct List<'a> {
    array: RawJson<'a>,
}

impl<'a> List<'a> {
    /// Iterates over the values.
    pub fn iter(&self) -> impl Iterator<Item = AttributeValue<'a>> {
        self.array.elements().map(AttributeValue::new)
    }
}

/// A set of binary values. Its size is unlimited.
#[derive(Copy, Clone, Debug)]
pub struct BinarySet<'a> {
    texts: Texts<'a>,
}

impl<'a> BinarySet<'a> {
    /// Iterates over the values.
    pub fn iter(&self) -> impl Iterator<Item = Base64Text<'a>> {
        self.texts.iter().map(Base64Text::new)
    }
}

/// The value of an attribute (AWS: [AttributeValue][1]). The variants have AWS's names of the
/// types.
///
/// A number is its decimal digits, at most 38 of them. Use `parse` to convert it to the type that
/// the application needs.
///
/// [1]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_AttributeValue.html
#[derive(Copy, Clone, Debug)]
#[non_exhaustive]
pub enum AttributeValue<'a> {
    /// A string.
    S(&'a str),
    /// A number, in decimal.
    N(&'a str),
    /// A binary value.
    B(Base64Text<'a>),
    /// A set of strings.
    Ss(Texts<'a>),
    /// A set of numbers, in decimal.
    Ns(Texts<'a>),
    /// A set of binary values.
    Bs(BinarySet<'a>),
    /// A map.
    M(Item<'a>),
    /// A list.
    L(List<'a>),
    /// The null value.
    Null,
    /// A boolean.
    Bool(bool),
    /// A value of a type that this crate doesn't know.
    Other(RawJson<'a>),
}

impl<'a> AttributeValue<'a> {
    /// Converts `object`, which has one field, whose name is the type.
    fn new(object: RawJson<'a>) -> Self {
        let (kind, value) = object.fields().next().unwrap_or_default();
        let text = value.as_str();
        match (kind, text) {
            ("S", Some(text)) => Self::S(text),
            ("N", Some(text)) => Self::N(text),
            ("B", Some(text)) => Self::B(Base64Text::new(text)),
            ("SS", _) => Self::Ss(Texts::from(value)),
            ("NS", _) => Self::Ns(Texts::from(value)),
            ("BS", _) => Self::Bs(BinarySet { texts: Texts::from(value) }),
            ("M", _) => Self::M(Item { object: value }),
            ("L", _) => Self::L(List { array: value }),
            ("NULL", _) => Self::Null,
            ("BOOL", _) => value.read().map_or(Self::Other(object), Self::Bool),
            _ => Self::Other(object),
        }
    }

    /// Returns the string, or `None` if the value is of another type.
    pub const fn as_s(self) -> Option<&'a str> {
        if let Self::S(text) = self { Some(text) } else { None }
    }

    /// Returns the digits of the number, or `None` if the value is of another type.
    pub const fn as_n(self) -> Option<&'a str> {
        if let Self::N(digits) = self { Some(digits) } else { None }
    }

    /// Returns the boolean, or `None` if the value is of another type.
    pub const fn as_bool(self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(value) } else { None }
    }

    /// Returns the map, or `None` if the value is of another type.
    pub const fn as_m(self) -> Option<Item<'a>> {
        if let Self::M(map) = self { Some(map) } else { None }
    }

    /// Returns the list, or `None` if the value is of another type.
    pub const fn as_l(self) -> Option<List<'a>> {
        if let Self::L(list) = self { Some(list) } else { None }
    }
}
