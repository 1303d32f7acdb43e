//! Names as the real lists have them, put together by number.

/// Kinds of a product by criteria set; seven of ten products are tea (set 11), as in Thái Nguyên.
const OTHERS: &[(i32, &[&str])] = &[
    (1, &["Na dai", "Bưởi diễn", "Cam sành", "Rau bò khai", "Ổi lê"]),
    (3, &["Gạo nếp vải", "Gạo bao thai", "Gạo J02"]),
    (4, &["Mật ong hoa rừng", "Mật ong bạc hà"]),
    (6, &["Miến dong", "Bún khô", "Bánh chưng", "Bánh đa"]),
    (7, &["Mộc nhĩ khô", "Măng nứa khô", "Nấm hương khô", "Chuối sấy"]),
    (8, &["Giò lụa", "Thịt trâu gác bếp", "Lạp sườn", "Ruốc cá"]),
    (12, &["Trà dây thìa canh", "Trà giảo cổ lam", "Trà hoa vàng"]),
    (13, &["Cà phê rang xay", "Bột ca cao"]),
    (14, &["Rượu ngô men lá", "Rượu nếp cái hoa vàng"]),
    (18, &["Cao cà gai leo", "Tinh bột nghệ"]),
    (20, &["Tinh dầu quế", "Tinh dầu sả"]),
    (21, &["Mành cọ", "Giỏ mây", "Tranh lá"]),
    (26, &["Du lịch cộng đồng", "Điểm du lịch vườn chè"]),
];
const TEA: &[&str] = &[
    "Chè tôm nõn",
    "Chè móc câu",
    "Chè đinh",
    "Chè búp",
    "Chè xanh",
    "Trà sen",
    "Trà nhài",
    "Hồng trà",
    "Bạch trà",
    "Trà ô long",
    "Trà đen",
];
const BRANDS: &[&str] = &[
    "Hảo Đạt",
    "Tâm Trà",
    "Hương Quê",
    "Bình Minh",
    "Sơn Dung",
    "Thịnh An",
    "Minh Đức",
    "Phú Gia",
    "Thái Hải",
    "Hoan Xuyến",
    "Đạt Phát",
    "An Khang",
    "Bảo Ngọc",
    "Thiên Hương",
    "Cát Tường",
    "Hồng Phúc",
    "Kim Thoa",
    "Lâm Sinh",
    "Mai Anh",
    "Ngọc Lan",
    "Quang Vinh",
    "Thanh Xuân",
    "Trường Sơn",
    "Vạn Phát",
    "Việt Cường",
    "Xuân Thủy",
];
const FAMILY: &[&str] = &["Nguyễn", "Trần", "Lê", "Hoàng", "Phạm", "Ma", "Nông", "Triệu", "Lý", "Đặng"];

/// A number as good as random, the same in every run.
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn pick<T: Copy>(list: &[T], n: u64) -> T {
    list[(n % list.len() as u64) as usize]
}

/// Criteria set and name of a product, without its commune.
pub fn product(n: u64) -> (i32, String) {
    let random = mix(n);
    let brand = pick(BRANDS, random >> 32);
    if random % 10 < 7 {
        return (11, format!("{} {brand}", pick(TEA, random >> 8)));
    }
    let (set, kinds) = pick(OTHERS, random >> 8);
    (set, format!("{} {brand}", pick(kinds, random >> 16)))
}

/// Kind and name of a producer.
pub fn producer(n: u64) -> (&'static str, String) {
    let random = mix(n ^ 0xabcd);
    let brand = pick(BRANDS, random >> 16);
    match random % 10 {
        0..=4 => ("cooperative", format!("Hợp tác xã {brand} {n}")),
        5 => ("cooperative_group", format!("Tổ hợp tác {brand} {n}")),
        6 | 7 => ("enterprise", format!("Công ty TNHH {brand} {n}")),
        8 => ("farm", format!("Trang trại {brand} {n}")),
        _ => ("household", format!("{} Thị {}", pick(FAMILY, random >> 24), brand)),
    }
}

/// The commune of a producer: every seventh in Thái Nguyên, of those every fifth in Tân Cương.
pub fn commune(n: u64) -> &'static ocop::place::Commune {
    let random = mix(n ^ 0x1234);
    let places = ocop::place::places();
    let all = places.all_communes();
    if random.is_multiple_of(7) {
        if (random >> 8).is_multiple_of(5) {
            return places.commune("05503").unwrap();
        }
        let own: Vec<_> = all.iter().filter(|c| c.province_code == "19").collect();
        return pick(&own, random >> 16);
    }
    &all[((random >> 16) % all.len() as u64) as usize]
}
