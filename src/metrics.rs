//! CloudWatch metrics as lines of log.
