//! Flows of Amazon Connect.

use super::fields::Parameters;
use super::object::object;
use crate::json::RawJson;

object! {
    /// An invocation by a flow (AWS: [Grant Connect Customer access to your AWS Lambda
    /// functions][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). The response is a flat object of strings,
    /// at most 32 KB long, within 8 seconds.
    ///
    /// ```json
    /// {"Name": "ContactFlowEvent", "Details": {
    ///   "Parameters": {"order": "7"},
    ///   "ContactData": {
    ///     "ContactId": "5ca32fbd-8f92-46af-92a5-6b0f970f0efe", "InitialContactId": "…", "PreviousContactId": "…",
    ///     "Channel": "VOICE", "InitiationMethod": "INBOUND", "InstanceARN": "arn:aws:connect:…",
    ///     "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": "+15555550100"},
    ///     "SystemEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": "+15555550101"},
    ///     "Attributes": {"language": "is"}, "Queue": null
    ///   }
    /// }}
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html
    pub struct Event<'a> {
        /// The parameters and the contact.
        pub details: Details<'a> = "Details",
        on demand
        /// `ContactFlowEvent`.
        pub name: &'a str = "Name",
    }
}

object! {
    /// The parameters and the contact.
    pub struct Details<'a> {
        on demand
        /// The parameters that the flow passes.
        pub parameters: Parameters<'a> = "Parameters",
        /// The contact.
        pub contact_data: ContactData<'a> = "ContactData",
    }
}

object! {
    /// A contact.
    pub struct ContactData<'a> {
        on demand
        /// The id of the contact.
        pub contact_id: &'a str = "ContactId",
        /// The id of the first contact of a chain.
        pub initial_contact_id: &'a str = "InitialContactId",
        /// The id of the contact before.
        pub previous_contact_id: &'a str = "PreviousContactId",
        /// `VOICE`, `CHAT` or `TASK`.
        pub channel: &'a str = "Channel",
        /// `INBOUND`, `OUTBOUND`, `TRANSFER` and others.
        pub initiation_method: &'a str = "InitiationMethod",
        /// The ARN of the instance.
        pub instance_arn: &'a str = "InstanceARN",
        /// The customer's endpoint: `Type` and `Address`.
        pub customer_endpoint: Parameters<'a> = "CustomerEndpoint",
        /// The endpoint that the customer reached: `Type` and `Address`.
        pub system_endpoint: Parameters<'a> = "SystemEndpoint",
        /// The queue, or nothing: `Name` and `ARN`.
        pub queue: Parameters<'a> = "Queue",
        /// The attributes of the contact.
        pub attributes: Parameters<'a> = "Attributes",
        /// The customer's media stream.
        pub media_streams: RawJson<'a> = "MediaStreams",
    }
}
