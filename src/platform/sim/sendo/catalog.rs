//! A small category tree, four levels deep as the real one is.

/// One category: id, parent, level, name.
pub(super) struct Category {
    pub(super) id: i64,
    pub(super) parent: i64,
    pub(super) level: i64,
    pub(super) name: &'static str,
}

const fn category(id: i64, parent: i64, level: i64, name: &'static str) -> Category {
    Category { id, parent, level, name }
}

/// The tree; parent 0 is the root.
pub(super) const CATEGORIES: &[Category] = &[
    category(1, 0, 1, "Thực phẩm và đồ uống"),
    category(10, 1, 2, "Trà, cà phê"),
    category(100, 10, 3, "Trà"),
    category(1001, 100, 4, "Trà lá, chè khô"),
    category(1002, 100, 4, "Trà túi lọc"),
    category(1003, 100, 4, "Trà thảo mộc"),
    category(101, 10, 3, "Cà phê"),
    category(1011, 101, 4, "Cà phê hạt, cà phê bột"),
    category(11, 1, 2, "Đặc sản"),
    category(110, 11, 3, "Đồ khô"),
    category(1101, 110, 4, "Miến, bún, mì khô"),
    category(1102, 110, 4, "Nấm, măng khô"),
    category(111, 11, 3, "Thịt, cá chế biến"),
    category(1111, 111, 4, "Thịt hun khói, thịt gác bếp"),
    category(112, 11, 3, "Mật ong và gia vị"),
    category(1121, 112, 4, "Mật ong"),
    category(1122, 112, 4, "Gia vị"),
    category(2, 0, 1, "Nhà cửa và đời sống"),
    category(20, 2, 2, "Đồ trang trí"),
    category(200, 20, 3, "Thủ công mỹ nghệ"),
    category(2001, 200, 4, "Mây tre đan"),
];

/// One attribute of a leaf category: id, name, whether it must be stated, values.
pub(super) struct Attribute {
    pub(super) id: i64,
    pub(super) category: i64,
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) values: &'static [(i64, &'static str)],
}

/// Attributes; smoked meat shows what a required one does.
pub(super) const ATTRIBUTES: &[Attribute] = &[
    Attribute {
        id: 501,
        category: 1001,
        name: "Loại trà",
        required: false,
        values: &[(1, "Trà xanh"), (2, "Trà đen"), (3, "Trà ướp hoa")],
    },
    Attribute {
        id: 502, category: 1001, name: "Xuất xứ", required: false, values: &[(11, "Việt Nam")]
    },
    Attribute {
        id: 503,
        category: 1111,
        name: "Hạn sử dụng",
        required: true,
        values: &[(21, "Dưới 3 tháng"), (22, "Từ 3 tháng")],
    },
];

/// Brands: id, leaf category, name.
pub(super) const BRANDS: &[(i64, i64, &str)] =
    &[(9001, 1001, "Chè Thái Nguyên"), (9002, 1001, "Tân Cương Xanh"), (9003, 1121, "Mật ong Hà Giang")];
