//! The tables, in the subset both databases share: ids and enums are Text, instants Timestamp in UTC, money BigInt
//! (VND), scores Integer (hundredths of a point), JSON Text.

diesel::table! {
    accounts (id) {
        id -> Text,
        username -> Text,
        password_hash -> Text,
        full_name -> Text,
        roles -> Text,
        place_code -> Nullable<Text>,
        producer_id -> Nullable<Text>,
        email -> Nullable<Text>,
        status -> Text,
        password_changed_at -> Timestamp,
        last_login_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_failures (name_hash) {
        name_hash -> Text,
        failed -> Integer,
        locked_until -> Nullable<Timestamp>,
        failed_at -> Timestamp,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> Text,
        account_id -> Text,
        family -> Text,
        token_hash -> Text,
        issued_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        purpose -> Text,
        public_key -> Text,
        sealed_private_key -> Text,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency_keys (account_id, key) {
        account_id -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        headers -> Text,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit_entries (seq) {
        seq -> BigInt,
        id -> Text,
        at -> Timestamp,
        actor -> Text,
        op -> Text,
        subject_id -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        request_id -> Nullable<Text>,
        hash -> Text,
    }
}

diesel::table! {
    events (seq) {
        seq -> BigInt,
        id -> Text,
        at -> Timestamp,
        kind -> Text,
        subject_id -> Text,
        data -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        lane -> Text,
        payload -> Text,
        status -> Text,
        run_at -> Timestamp,
        attempts -> Integer,
        leased_until -> Nullable<Timestamp>,
        leased_by -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    job_attempts (id) {
        id -> Text,
        job_id -> Text,
        lane -> Text,
        started_at -> Timestamp,
        finished_at -> Timestamp,
        outcome -> Text,
        detail -> Text,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    shops (id) {
        id -> Text,
        producer_id -> Text,
        province_code -> Text,
        commune_code -> Nullable<Text>,
        platform -> Text,
        name -> Text,
        status -> Text,
        credentials -> Text,
        token -> Nullable<Text>,
        token_expires_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        failures -> Integer,
        rest_until -> Nullable<Timestamp>,
        orders_cursor -> Nullable<Timestamp>,
        checked_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        assisted -> Bool,
        platform_number -> Nullable<Text>,
        by_consent -> Bool,
    }
}

diesel::table! {
    shop_consents (state_hash) {
        state_hash -> Text,
        shop_id -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        answered_at -> Nullable<Timestamp>,
        code -> Nullable<Text>,
    }
}

diesel::table! {
    category_trees (platform, scope) {
        platform -> Text,
        scope -> Text,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        due_at -> Timestamp,
        issue -> Nullable<Text>,
    }
}

diesel::table! {
    platform_categories (platform, scope, id) {
        platform -> Text,
        scope -> Text,
        id -> Text,
        name -> Text,
        sort_key -> Text,
        search -> Text,
        parent -> Text,
        path -> Text,
        leaf -> Bool,
        expanded -> Bool,
        attributes_at -> Nullable<Timestamp>,
        fetched_at -> Timestamp,
    }
}

diesel::table! {
    platform_attributes (platform, category, id) {
        platform -> Text,
        category -> Text,
        id -> Text,
        place -> Integer,
        name -> Text,
        required -> Bool,
        choices -> Text,
    }
}

diesel::table! {
    platform_maps (platform, category, version) {
        platform -> Text,
        category -> Text,
        version -> Integer,
        newest -> Bool,
        map -> Text,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    export_columns (platform) {
        platform -> Text,
        layout -> Text,
        version -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    order_mappings (shop_id) {
        shop_id -> Text,
        mapping -> Text,
        version -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    listings (id) {
        id -> Text,
        product_id -> Text,
        producer_id -> Text,
        province_code -> Text,
        commune_code -> Nullable<Text>,
        shop_id -> Text,
        platform -> Text,
        sku -> Text,
        settings -> Text,
        desired_state -> Text,
        desired -> Text,
        desired_hash -> Text,
        desired_offer_hash -> Text,
        desired_revision -> Integer,
        sent_hash -> Nullable<Text>,
        sent_offer_hash -> Nullable<Text>,
        sent_at -> Nullable<Timestamp>,
        sent_certificate -> Nullable<Text>,
        sent_star_until -> Nullable<Timestamp>,
        reported_state -> Text,
        reported -> Nullable<Text>,
        external_id -> Nullable<Text>,
        issues -> Text,
        push_id -> Nullable<Text>,
        checked_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    hook_deliveries (shop_id, delivery) {
        shop_id -> Text,
        delivery -> Text,
        received_at -> Timestamp,
    }
}

diesel::table! {
    listing_issues (listing_id, code) {
        listing_id -> Text,
        code -> Text,
        severity -> Text,
    }
}

diesel::table! {
    platform_attempts (id) {
        id -> Text,
        shop_id -> Text,
        listing_id -> Nullable<Text>,
        at -> Timestamp,
        took_ms -> BigInt,
        op -> Text,
        outcome -> Text,
        code -> Nullable<Text>,
        detail -> Text,
    }
}

diesel::table! {
    platform_order_lines (shop_id, order_number, line) {
        shop_id -> Text,
        order_number -> Text,
        line -> Text,
        listing_id -> Nullable<Text>,
        product_id -> Nullable<Text>,
        sku -> Text,
        quantity -> BigInt,
        revenue_vnd -> BigInt,
        status -> Text,
        ordered_on -> Date,
        counted -> Bool,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    sales (id) {
        id -> Text,
        figure_key -> Text,
        product_id -> Text,
        producer_id -> Text,
        province_code -> Text,
        commune_code -> Nullable<Text>,
        channel -> Text,
        platform -> Nullable<Text>,
        shop_id -> Nullable<Text>,
        month -> Date,
        quantity -> BigInt,
        revenue_vnd -> BigInt,
        orders -> BigInt,
        source -> Text,
        counts -> Bool,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    sales_totals (month, province_code, commune_code, channel, platform) {
        month -> Date,
        province_code -> Text,
        commune_code -> Text,
        channel -> Text,
        platform -> Text,
        quantity -> BigInt,
        revenue_vnd -> BigInt,
        orders -> BigInt,
    }
}

diesel::table! {
    products (id) {
        id -> Text,
        producer_id -> Text,
        province_code -> Text,
        commune_code -> Nullable<Text>,
        name -> Text,
        name_en -> Nullable<Text>,
        name_key -> Text,
        search -> Text,
        criteria_set -> Integer,
        description -> Nullable<Text>,
        description_en -> Nullable<Text>,
        story -> Nullable<Text>,
        story_en -> Nullable<Text>,
        price_vnd -> Nullable<BigInt>,
        unit -> Nullable<Text>,
        net_weight_g -> Nullable<Integer>,
        sku -> Text,
        gtin -> Nullable<Text>,
        attributes -> Text,
        capacity -> Nullable<Text>,
        trace_url -> Nullable<Text>,
        status -> Text,
        // diesel keeps the name `star` for itself.
        #[sql_name = "star"]
        stars -> Nullable<Integer>,
        star_score -> Nullable<Integer>,
        star_from -> Nullable<Timestamp>,
        star_until -> Nullable<Timestamp>,
        certificate_id -> Nullable<Text>,
        certificate_number -> Nullable<Text>,
        source -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    product_terms (term, name_key, product_id) {
        term -> Text,
        name_key -> Text,
        product_id -> Text,
    }
}

diesel::table! {
    product_successors (product_id) {
        product_id -> Text,
        successor_id -> Text,
        reason -> Text,
        named_at -> Timestamp,
    }
}

diesel::table! {
    product_images (id) {
        id -> Text,
        product_id -> Text,
        position -> Integer,
        alt -> Nullable<Text>,
        content_type -> Text,
        object_key -> Text,
        thumb_key -> Text,
        width -> Integer,
        height -> Integer,
        bytes -> BigInt,
        sha256 -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    papers (id) {
        id -> Text,
        product_id -> Text,
        producer_id -> Text,
        kind -> Text,
        title -> Text,
        number -> Nullable<Text>,
        issued_on -> Nullable<Date>,
        expires_on -> Nullable<Date>,
        content_type -> Text,
        object_key -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    producers (id) {
        id -> Text,
        name -> Text,
        name_key -> Text,
        search -> Text,
        kind -> Text,
        enterprise_form -> Nullable<Text>,
        local_capital_percent -> Nullable<Integer>,
        tax_code -> Nullable<Text>,
        registration_number -> Nullable<Text>,
        registered_on -> Nullable<Date>,
        commune_code -> Nullable<Text>,
        province_code -> Text,
        address -> Nullable<Text>,
        former_address -> Nullable<Text>,
        representative -> Text,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        capacity -> Nullable<Text>,
        status -> Text,
        successor_id -> Nullable<Text>,
        note -> Nullable<Text>,
        source -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    commune_statuses (commune_code, position) {
        commune_code -> Text,
        position -> Integer,
        status -> Text,
        since -> Date,
        criteria_met -> Integer,
        decision -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    dossiers (id) {
        id -> Text,
        product_id -> Text,
        product_name -> Text,
        producer_id -> Text,
        producer_name -> Text,
        province_code -> Text,
        commune_code -> Text,
        kind -> Text,
        scheme -> Text,
        set_no -> Integer,
        stage -> Text,
        status -> Text,
        tourism_case -> Nullable<Integer>,
        registration -> Text,
        self_choices -> Text,
        self_total -> Nullable<Integer>,
        commune_report -> Nullable<Text>,
        return_reasons -> Nullable<Text>,
        agreed_choices -> Nullable<Text>,
        conclusion -> Nullable<Text>,
        prepared_by -> Text,
        filed_at -> Nullable<Timestamp>,
        submitted_at -> Nullable<Timestamp>,
        forwarded_at -> Nullable<Timestamp>,
        accepted_at -> Nullable<Timestamp>,
        concluded_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        due_on -> Nullable<Date>,
        round_code -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    dossier_origins (dossier_id) {
        dossier_id -> Text,
        previous_id -> Nullable<Text>,
        dropped -> Text,
    }
}

diesel::table! {
    dossier_snapshots (dossier_id, position) {
        dossier_id -> Text,
        position -> Integer,
        content -> Text,
        submitted_at -> Timestamp,
    }
}

diesel::table! {
    dossier_samples (dossier_id, position) {
        dossier_id -> Text,
        position -> Integer,
        received_on -> Date,
        count -> Integer,
        note -> Nullable<Text>,
        account_id -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    dossier_reminders (dossier_id, kind, due_on) {
        dossier_id -> Text,
        kind -> Text,
        due_on -> Date,
        reminded_at -> Timestamp,
    }
}

diesel::table! {
    rounds (code) {
        code -> Text,
        tier -> Text,
        province_code -> Nullable<Text>,
        year -> Integer,
        number -> Integer,
        closes_on -> Date,
        ends_on -> Date,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    holidays (day) {
        day -> Date,
        kind -> Text,
        name -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    dossier_papers (dossier_id, paper_id, criterion) {
        dossier_id -> Text,
        paper_id -> Text,
        criterion -> Text,
    }
}

diesel::table! {
    councils (id) {
        id -> Text,
        tier -> Text,
        province_code -> Nullable<Text>,
        name -> Text,
        settings -> Text,
        status -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    council_members (id) {
        id -> Text,
        council_id -> Text,
        account_id -> Text,
        seat -> Text,
        office -> Nullable<Text>,
        unit -> Nullable<Text>,
        producer_id -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        council_id -> Text,
        held_on -> Date,
        place -> Nullable<Text>,
        kind -> Text,
        status -> Text,
        attendance -> Text,
        minutes -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    agenda_items (session_id, dossier_id) {
        session_id -> Text,
        dossier_id -> Text,
        position -> Integer,
        conclusion -> Nullable<Text>,
        concluded_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    conflicts (dossier_id, account_id) {
        dossier_id -> Text,
        account_id -> Text,
        reason -> Text,
        declared_at -> Timestamp,
    }
}

diesel::table! {
    conflict_checks (dossier_id, account_id) {
        dossier_id -> Text,
        account_id -> Text,
        verdict -> Text,
        note -> Text,
        checked_by -> Text,
        checked_at -> Timestamp,
    }
}

diesel::table! {
    advisors (province_code, account_id) {
        province_code -> Text,
        account_id -> Text,
        office -> Nullable<Text>,
        unit -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    reviews (id) {
        id -> Text,
        dossier_id -> Text,
        account_id -> Text,
        recommendation -> Text,
        opinion -> Text,
        visit -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    requested_tests (id) {
        id -> Text,
        dossier_id -> Text,
        requested_by -> Text,
        what -> Text,
        laboratory -> Nullable<Text>,
        due_on -> Date,
        status -> Text,
        result -> Nullable<Text>,
        paper_id -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    score_sheets (id) {
        id -> Text,
        dossier_id -> Text,
        session_id -> Text,
        account_id -> Text,
        revision -> Integer,
        choices -> Text,
        parts -> Nullable<Text>,
        tourism_case -> Nullable<Integer>,
        comment -> Nullable<Text>,
        status -> Text,
        total -> Nullable<Integer>,
        signed_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    certificates (id) {
        id -> Text,
        number -> Text,
        decision_number -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        year -> Nullable<Integer>,
        issuer -> Text,
        signer_title -> Nullable<Text>,
        product_id -> Text,
        product_name -> Text,
        product_code -> Nullable<Text>,
        producer_id -> Text,
        producer_name -> Text,
        former_address -> Nullable<Text>,
        province_code -> Text,
        commune_code -> Nullable<Text>,
        dossier_id -> Nullable<Text>,
        scheme -> Text,
        #[sql_name = "star"]
        stars -> Integer,
        score -> Nullable<Integer>,
        issued_on -> Nullable<Date>,
        valid_from -> Timestamp,
        valid_until -> Timestamp,
        status -> Text,
        superseded_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        revoked_reason -> Nullable<Text>,
        source -> Nullable<Text>,
        tier -> Text,
        former_number -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    authorities (code) {
        code -> Text,
        name -> Text,
        certificate_pattern -> Text,
        decision_pattern -> Text,
        signer_title -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    certificate_acts (id) {
        id -> Text,
        certificate_id -> Text,
        kind -> Text,
        reason -> Nullable<Text>,
        note -> Text,
        decision_number -> Text,
        concluded_on -> Nullable<Date>,
        old_until -> Nullable<Timestamp>,
        new_until -> Nullable<Timestamp>,
        account_id -> Text,
        acted_at -> Timestamp,
    }
}

diesel::table! {
    certificate_checks (id) {
        id -> Text,
        certificate_id -> Text,
        checked_on -> Date,
        checked_by -> Text,
        findings -> Text,
        remedy_by -> Nullable<Date>,
        remedied_on -> Nullable<Date>,
        remedy_note -> Nullable<Text>,
        account_id -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    certificate_reminders (certificate_id, days, until) {
        certificate_id -> Text,
        days -> Integer,
        until -> Timestamp,
        given_at -> Timestamp,
    }
}

diesel::table! {
    notices (id) {
        id -> Text,
        kind -> Text,
        subject_id -> Text,
        producer_id -> Text,
        commune_code -> Nullable<Text>,
        province_code -> Text,
        text_vi -> Text,
        text_en -> Text,
        due_on -> Nullable<Date>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    import_keys (kind, key) {
        kind -> Text,
        key -> Text,
        subject_id -> Text,
        content -> Text,
        imported_at -> Timestamp,
    }
}

diesel::table! {
    shop_orphans (id) {
        id -> Text,
        shop_id -> Text,
        external_id -> Text,
        sku -> Text,
        title -> Text,
        state -> Text,
        price_vnd -> Nullable<BigInt>,
        stock -> Nullable<BigInt>,
        changed_at -> Nullable<Timestamp>,
        first_seen -> Timestamp,
        last_seen -> Timestamp,
        ignored -> Bool,
    }
}

diesel::table! {
    shop_walks (shop_id) {
        shop_id -> Text,
        begun_at -> Timestamp,
        next_page -> Nullable<Text>,
        pages -> Integer,
        products -> Integer,
        unread -> Integer,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    shipments (id) {
        id -> Text,
        producer_id -> Text,
        province_code -> Text,
        commune_code -> Nullable<Text>,
        shop_id -> Text,
        platform -> Text,
        reference -> Text,
        status -> Text,
        weight_g -> Integer,
        cod_vnd -> BigInt,
        value_vnd -> BigInt,
        fee_vnd -> Nullable<BigInt>,
        receiver -> Nullable<Text>,
        attempted_at -> Nullable<Timestamp>,
        carrier_number -> Nullable<Text>,
        carrier_handle -> Nullable<Text>,
        carrier_status -> Nullable<Text>,
        carrier_status_at -> Nullable<Timestamp>,
        cancel_wanted -> Bool,
        issue -> Nullable<Text>,
        look_at -> Nullable<Timestamp>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        by_hand -> Nullable<Text>,
        by_hand_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    shipment_lines (shipment_id, line) {
        shipment_id -> Text,
        line -> Integer,
        product_id -> Text,
        quantity -> BigInt,
        value_vnd -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    sign_in_failures,
    refresh_tokens,
    signing_keys,
    idempotency_keys,
    audit_entries,
    events,
    jobs,
    job_attempts,
    counters,
    import_keys,
    score_sheets,
    certificates,
    authorities,
    certificate_acts,
    certificate_checks,
    certificate_reminders,
    notices,
    shops,
    export_columns,
    order_mappings,
    category_trees,
    platform_categories,
    platform_attributes,
    platform_maps,
    listings,
    platform_attempts,
    hook_deliveries,
    shop_consents,
    listing_issues,
    platform_order_lines,
    shop_orphans,
    shop_walks,
    shipments,
    shipment_lines,
    sales,
    sales_totals,
    products,
    product_terms,
    product_successors,
    product_images,
    papers,
    producers,
    commune_statuses,
    dossiers,
    dossier_origins,
    dossier_snapshots,
    dossier_samples,
    dossier_reminders,
    rounds,
    holidays,
    dossier_papers,
    councils,
    council_members,
    sessions,
    agenda_items,
    conflicts,
    advisors,
    reviews,
);
