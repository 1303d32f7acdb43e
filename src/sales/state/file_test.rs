use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn table(text: &str) -> Vec<Row> {
    let cells = |line: &str| line.split(';').map(|cell| cell.trim().to_owned()).collect();
    (1..).zip(text.lines()).map(|(line, text)| Row { line, cells: cells(text) }).collect()
}

fn read(text: &str) -> Read {
    orders(&Mapping::proposed(), &table(text), day("2026-11-23")).unwrap()
}

const HEAD: &str =
    "BÁO CÁO ĐƠN HÀNG\nNgười mua;Mã đơn hàng;MÃ SKU;Số lượng;Đơn giá;Trạng thái;Ngày đặt hàng\n";

#[test]
fn amounts_are_read_as_people_write_them_and_what_may_mean_two_things_is_not() {
    for (text, value) in [
        ("250000", Some(250_000)),
        ("250.000", Some(250_000)),
        ("1,250,000 đ", Some(1_250_000)),
        ("250.000,00 ₫", Some(250_000)),
        ("250000.00VND", Some(250_000)),
        ("1 250 000", Some(1_250_000)),
        ("0", Some(0)),
        ("1.125000", None),
        ("12.34", None),
        ("1.2.3", None),
        ("2500.000", None),
        ("-5", None),
        ("", None),
        ("đ", None),
        (".", None),
        ("99999999999999999999", None),
    ] {
        assert_eq!(whole(text), value, "{text}");
    }
}

#[test]
fn days_are_read_with_and_without_a_time() {
    for text in ["25/11/2026", "10:30 25/11/2026", "2026-11-25T08:00:00", "25-11-2026", "25.11.2026 9:00"] {
        assert_eq!(date(text), Some(day("2026-11-25")), "{text}");
    }
    assert_eq!((date("11/25/2026"), date(""), date("hôm qua")), (None, None, None));
}

#[test]
fn an_order_with_a_bad_row_is_left_out_whole_and_each_fault_names_its_cell() {
    let read = read(&format!(
        "{HEAD}An;A1;S-1;2;250.000;đã giao;20/11/2026\nAn;A1;S-2;x;100;Đã giao;20/11/2026\n\
         Bình;A2;S-1;1;250000;DA GIAO;2026-11-21 10:00\n;;;;;;\nChi;A 3;S-1;1;1;Đã giao;20/11/2026\n\
         Dung;A4;S-1;1;1;Mất hàng;30/11/2026\n"
    ));
    assert_eq!((read.rows, read.orders.len(), read.refused), (5, 1, 3));
    let order = &read.orders[0].1;
    assert_eq!((order.order_id.as_str(), order.status, order.lines.len()), ("A2", OrderStatus::Completed, 1));
    let told: Vec<_> = read.remarks.iter().map(|r| (r.line, r.column.as_str(), r.code)).collect();
    assert_eq!(
        told,
        [
            (4, "Số lượng", "quantity.format"),
            (7, "Mã đơn hàng", "order_id.format"),
            (8, "Trạng thái", "status.unknown"),
            (8, "Ngày đặt hàng", "date.format"),
        ]
    );
    let lacking = orders(&Mapping::proposed(), &table("a;b\n1;2"), day("2026-11-23")).unwrap_err();
    assert!(lacking.vi.contains("Mã đơn hàng, Mã SKU"), "{}", lacking.vi);
}

#[test]
fn lines_are_told_apart_and_a_total_is_kept_to_the_dong() {
    let mut mapping = Mapping::proposed();
    mapping.columns.line_id = Some("Dòng".to_owned());
    mapping.columns.total = Some("Thành tiền".to_owned());
    let head = "Mã đơn hàng;Dòng;Mã SKU;Số lượng;Đơn giá;Thành tiền;Trạng thái;Ngày đặt hàng\n";
    let text = format!(
        "{head}B1;1;S-1;3;;100.000;Đã giao;20/11/2026\nB1;1;S-1;3;;100.000;Đã giao;20/11/2026\n\
         B1;2;S-2;1;50.000;;Đã hủy;20/11/2026\nB2;1;S-1;1;1;;Đã giao;20/11/2026\nB2;1;S-1;2;1;;Đã giao;20/11/2026\n"
    );
    let read = orders(&mapping, &table(&text), day("2026-11-23")).unwrap();
    assert_eq!((read.orders.len(), read.refused), (1, 1));
    let lines = &read.orders[0].1.lines;
    let sum: i64 = lines.iter().map(|line| line.quantity * line.unit_price_vnd).sum();
    assert_eq!((sum, lines.iter().map(|line| line.quantity).sum::<i64>()), (100_000, 3));
    assert_eq!(read.remarks[0].code, "line_id.twice");
}

#[test]
fn equal_rows_of_a_file_without_line_numbers_are_lines_of_their_own() {
    let row = "An;A1;S-1;2;250.000;Đã giao;20/11/2026\n";
    let one = read(&format!("{HEAD}{row}"));
    let two = read(&format!("{HEAD}{row}{row}An;A1;1:S-1;1;9;Đã giao;20/11/2026\n"));
    let ids = |read: &Read| -> Vec<String> {
        read.orders.iter().flat_map(|(_, order)| &order.lines).map(|line| line.line_id.clone()).collect()
    };
    assert_eq!(ids(&one), ["1:S-1"]);
    assert_eq!(ids(&two), ["1:1:S-1", "1:S-1", "2:S-1"]);
}

proptest::proptest! {
    /// Wherever an order's rows stand and whatever stands between them, the order is the same: nothing is added
    /// together, nothing lost.
    #[test]
    fn an_order_is_told_by_its_rows_alone(
        rows in proptest::collection::vec((1..3_u8, 1..4_i64, 1..3_i64), 1..8),
        others in proptest::collection::vec(proptest::bool::ANY, 8),
        seed in proptest::num::u64::ANY,
    ) {
        let line = |number: &str, (sku, quantity, price): &(u8, i64, i64)| {
            format!("An;{number};S-{sku};{quantity};{price};Đã giao;20/11/2026\n")
        };
        let plain: String = rows.iter().map(|row| line("A1", row)).collect();
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|(sku, quantity, price)| {
            (seed ^ u64::from(*sku)).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(
                u64::try_from(quantity * 7 + price * 13).unwrap().wrapping_mul(seed | 1))
        });
        let mixed: String = shuffled
            .iter()
            .zip(&others)
            .map(|(row, other)| line("A1", row) + &if *other { line("B2", row) } else { String::new() })
            .collect();
        let (first, second) = (read(&format!("{HEAD}{plain}")), read(&format!("{HEAD}{mixed}")));
        let of = |read: &Read| read.orders.iter().find(|(_, order)| order.order_id == "A1").unwrap().1.clone();
        let (first, second) = (of(&first), of(&second));
        proptest::prop_assert_eq!(&first, &second);
        let mut ids: Vec<&str> = first.lines.iter().map(|line| line.line_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        proptest::prop_assert_eq!(ids.len(), rows.len());
        let pieces: i64 = first.lines.iter().map(|line| line.quantity).sum();
        proptest::prop_assert_eq!(pieces, rows.iter().map(|row| row.1).sum::<i64>());
    }
}

#[test]
fn a_mapping_is_checked() {
    assert_eq!(Mapping::proposed().errors(), Vec::new());
    let mut bad = Mapping::proposed();
    bad.columns.unit_price = None;
    bad.columns.sku = "mã đơn hàng".to_owned();
    bad.statuses.insert("da giao".to_owned(), OrderStatus::Open);
    let codes: Vec<_> = bad.errors().into_iter().map(|error| error.code).collect();
    assert_eq!(codes, ["heading.twice", "price.missing", "statuses.twice"]);
}
