use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::*;

const NOW: u64 = 1_795_377_999_007;

fn orders<'a>(metrics: &'a [Metric<'a>]) -> Metrics<'a> {
    Metrics {
        namespace: "Shop",
        dimensions: &[("service", "orders")],
        metrics,
        properties: &[("orderId", "A-17")],
    }
}

fn line(metrics: &Metrics<'_>) -> Result<String, Error> {
    let mut buffer = vec![0; 1 << 20];
    metrics
        .line(NOW, &mut buffer)
        .map(|line| str::from_utf8(line).expect("JSON is UTF-8").to_string())
}

#[test]
fn a_line_follows_the_specification() {
    let metrics =
        [Metric::new("Latency", Unit::Milliseconds, 12.5), Metric::new("Orders", Unit::Count, 1)];
    let expected = concat!(
        r#"{"_aws":{"Timestamp":1795377999007,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[["service"]],"#,
        r#""Metrics":[{"Name":"Latency","Unit":"Milliseconds"},{"Name":"Orders","Unit":"Count"}]}]},"#,
        r#""service":"orders","Latency":12.5,"Orders":1,"orderId":"A-17"}"#,
        "\n"
    );
    assert_eq!(line(&orders(&metrics)), Ok(expected.to_string()));
}

#[test]
fn dimensions_and_properties_may_be_missing_and_all_texts_are_escaped() {
    let metrics = [Metric::new("a \"b\"\n", Unit::BytesPerSecond, -1).high_resolution()];
    let metrics = Metrics {
        namespace: "A.b-c_d/e#f:g h",
        dimensions: &[],
        metrics: &metrics,
        properties: &[("\\", "\0é"), ("", "")],
    };
    let expected = concat!(
        r#"{"_aws":{"Timestamp":1795377999007,"CloudWatchMetrics":[{"Namespace":"A.b-c_d/e#f:g h","Dimensions":[[]],"#,
        r#""Metrics":[{"Name":"a \"b\"\n","Unit":"Bytes/Second","StorageResolution":1}]}]},"#,
        r#""a \"b\"\n":-1,"\\":"\u0000é","":""}"#,
        "\n"
    );
    assert_eq!(line(&metrics), Ok(expected.to_string()));
    let quoted = [("a\"", "\\"), ("b", "c")];
    let metrics = Metrics { dimensions: &quoted, properties: &[], ..metrics };
    let line = line(&metrics).unwrap();
    assert!(
        line.contains(r#""Dimensions":[["a\"","b"]],"#)
            && line.contains(r#"]},"a\"":"\\","b":"c","a \"b\""#),
        "{line}"
    );
}

#[test]
fn a_line_longer_than_its_buffer_is_rejected() {
    let metrics = [Metric::new("Latency", Unit::Milliseconds, 12.5)];
    let metrics = orders(&metrics);
    let whole = line(&metrics).unwrap();
    for size in 0..whole.len() + 2 {
        let mut buffer = vec![0; size];
        let written = metrics.line(NOW, &mut buffer);
        assert_eq!(
            written,
            if size < whole.len() { Err(Error::METRIC_LINE) } else { Ok(whole.as_bytes()) },
            "{size}"
        );
    }
    let long = "x".repeat(4096);
    let long = [("long", long.as_str())];
    assert_eq!(Metrics { properties: &long, ..metrics }.emit(), Err(Error::METRIC_LINE));
}

#[test]
fn metrics_that_cloudwatch_would_drop_are_rejected() {
    let metrics = [Metric::new("Orders", Unit::Count, 1)];
    let good = orders(&metrics);
    assert!(line(&good).is_ok());

    let longest = "n".repeat(255);
    assert!(line(&Metrics { namespace: &longest, ..good }).is_ok());
    for namespace in ["", " ", ":a", "a\"", "a\n", "é", &"n".repeat(256)] {
        assert_eq!(
            line(&Metrics { namespace, ..good }),
            Err(Error::METRIC_NAMESPACE),
            "{namespace}"
        );
    }
    for (name, error) in [
        ("é".repeat(255), None),
        ("é".repeat(256), Some(Error::METRIC_NAME.with(2))),
        (String::new(), Some(Error::METRIC_NAME.with(2))),
        ("\t ".to_string(), Some(Error::METRIC_NAME.with(2))),
    ] {
        let metrics = [metrics[0], Metric::new(&name, Unit::None, 1)];
        assert_eq!(line(&orders(&metrics)).err(), error, "{name}");
    }
    let value = [metrics[0], metrics[0], Metric::new("NaN", Unit::None, f64::NAN)];
    let value = value.map(|metric| Metric {
        name: if metric.name == "NaN" { "c" } else { metric.name },
        ..metric
    });
    let value = [Metric { name: "a", ..value[0] }, Metric { name: "b", ..value[1] }, value[2]];
    assert_eq!(line(&orders(&value)), Err(Error::METRIC_VALUE.with(3)));
    assert_eq!(line(&orders(&[])), Err(Error::METRIC_COUNT));
}

#[test]
fn dimensions_are_ascii_of_the_right_length() {
    let metrics = [Metric::new("Orders", Unit::Count, 1)];
    let with = |name: &str, value: &str| {
        line(&Metrics { dimensions: &[("ok", "ok"), (name, value)], ..orders(&metrics) }).err()
    };
    assert_eq!(with(&"n".repeat(250), &"v".repeat(1024)), None);
    assert_eq!(with("a b:", ":"), None);
    for name in ["", " ", ":a", "é", "a\tb", &"n".repeat(251)] {
        assert_eq!(with(name, "v"), Some(Error::METRIC_DIMENSION_NAME.with(2)), "{name}");
    }
    for value in ["", " ", "é", "a\n", "\u{7f}", &"v".repeat(1025)] {
        assert_eq!(with("n", value), Some(Error::METRIC_DIMENSION_VALUE.with(2)), "{value}");
    }
}

#[test]
fn metrics_and_dimensions_are_limited() {
    let names: Vec<String> = (0..101).map(|number| format!("n{number}")).collect();
    let metrics: Vec<Metric<'_>> =
        names.iter().map(|name| Metric::new(name, Unit::Count, 1)).collect();
    assert!(line(&orders(&metrics[..100])).is_ok());
    assert_eq!(line(&orders(&metrics)), Err(Error::METRIC_COUNT));
    let dimensions: Vec<(&str, &str)> =
        names[1..].iter().map(|name| (name.as_str(), "v")).collect();
    assert!(line(&Metrics { dimensions: &dimensions[..30], ..orders(&metrics[..1]) }).is_ok());
    assert_eq!(
        line(&Metrics { dimensions: &dimensions[..31], ..orders(&metrics[..1]) }),
        Err(Error::METRIC_DIMENSIONS)
    );
}

#[test]
fn names_are_unique() {
    let (a, b) = (Metric::new("a", Unit::Count, 1), Metric::new("b", Unit::Count, 1));
    for (dimensions, metrics, properties, number) in [
        (&[("a", "v"), ("a", "v")][..], &[b][..], &[][..], 2),
        (&[("a", "v")], &[b, a], &[], 3),
        (&[("c", "v")], &[b, b], &[], 3),
        (&[("c", "v")], &[a, b], &[("c", "v")], 4),
        (&[], &[a, b], &[("d", "v"), ("b", "v")], 4),
        (&[], &[a], &[("_aws", "v")], 2),
        (&[("_aws", "v")], &[a], &[], 1),
    ] {
        let metrics = Metrics { namespace: "N", dimensions, metrics, properties };
        assert_eq!(line(&metrics), Err(Error::METRIC_NAME_TWICE.with(number)), "{metrics:?}");
    }
}
