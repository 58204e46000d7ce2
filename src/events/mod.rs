//! The events of AWS's services.
