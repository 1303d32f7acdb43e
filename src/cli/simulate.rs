//! `ocop simulate PLATFORM`.

use std::path::PathBuf;

use clap::Subcommand;
use ocop::clock::Clock;
use ocop::platform::sim::{
    SimHandle, haravan, lazada, market, my_vnpost, partner, sapo, sendo, shopee, shopify, tiki, tiktok_shop,
    viettel_post, woocommerce,
};

use super::{Done, serve};

#[derive(Subcommand)]
pub(crate) enum Platform {
    /// Sendo, as its documents described it before the marketplace closed on 15 April 2025.
    Sendo {
        /// Port on loopback.
        #[arg(long, default_value_t = 8091)]
        port: u16,
        /// File that keeps products and orders over a restart.
        #[arg(long)]
        journal: Option<PathBuf>,
    },
    /// A partner's interface as the proposed profile of C-Thái Nguyên describes it.
    CThaiNguyen {
        /// Port on loopback.
        #[arg(long, default_value_t = 8092)]
        port: u16,
    },
    /// A partner's interface as the proposed profile of Voso describes it.
    Voso {
        /// Port on loopback.
        #[arg(long, default_value_t = 8093)]
        port: u16,
    },
    /// A partner's interface as the proposed profile of Buudien.vn describes it.
    Buudien {
        /// Port on loopback.
        #[arg(long, default_value_t = 8094)]
        port: u16,
    },
    /// A shop on Shopee.
    Shopee {
        /// Port on loopback.
        #[arg(long, default_value_t = 8100)]
        port: u16,
    },
    /// A shop on Shopify.
    Shopify {
        /// Port on loopback.
        #[arg(long, default_value_t = 8098)]
        port: u16,
    },
    /// A shop on Lazada.
    Lazada {
        /// Port on loopback.
        #[arg(long, default_value_t = 8101)]
        port: u16,
    },
    /// A shop on Tiki.
    Tiki {
        /// Port on loopback.
        #[arg(long, default_value_t = 8102)]
        port: u16,
    },
    /// A producer's own shop on WooCommerce.
    Woocommerce {
        /// Port on loopback.
        #[arg(long, default_value_t = 8095)]
        port: u16,
    },
    /// A shop on Haravan.
    Haravan {
        /// Port on loopback.
        #[arg(long, default_value_t = 8096)]
        port: u16,
    },
    /// A shop on Sapo.
    Sapo {
        /// Port on loopback.
        #[arg(long, default_value_t = 8097)]
        port: u16,
    },
    /// TikTok Shop of one seller.
    TiktokShop {
        /// Port on loopback.
        #[arg(long, default_value_t = 8099)]
        port: u16,
    },
    /// The carrier Viettel Post.
    ViettelPost {
        /// Port on loopback.
        #[arg(long, default_value_t = 8120)]
        port: u16,
    },
    /// The carrier VNPost, by MyVNPost.
    Vnpost {
        /// Port on loopback.
        #[arg(long, default_value_t = 8121)]
        port: u16,
    },
}

pub(crate) async fn run(platform: Platform) -> Done {
    let mut stop = serve::stop_signal()?;
    let (title, simulator) = match platform {
        Platform::Sendo { port, journal } => {
            let options = sendo::Options { port, journal, ..sendo::Options::new(Clock::System) };
            for shop in &options.shops {
                println!("shop_key {} · secret_key {}", shop.shop_key, shop.secret_key);
            }
            ("Sendo", sendo::start(options)?)
        }
        Platform::CThaiNguyen { port } => ("C-Thái Nguyên", partner(port, partner::Auth::ApiKey)?),
        Platform::Voso { port } => ("Voso", partner(port, partner::Auth::OauthClient)?),
        Platform::Buudien { port } => ("Buudien.vn", partner(port, partner::Auth::Hmac)?),
        Platform::Shopee { port } => {
            let (attribute, value) = shopee::ATTRIBUTE;
            println!(
                "partner_id {} · partner_key {} · shop_id {} · refresh_token {} · category {}, attribute {attribute} with value {value}",
                shopee::PARTNER_ID,
                shopee::PARTNER_KEY,
                shopee::SHOP_ID,
                shopee::REFRESH,
                shopee::CATEGORY
            );
            ("Shopee", shopee::start(port, Clock::System, market::Review::AfterReads(2))?)
        }
        Platform::Shopify { port } => {
            println!("access_token {} · client_secret {}", shopify::TOKEN, shopify::SECRET);
            ("Shopify", shopify::start(port, Clock::System)?)
        }
        Platform::Lazada { port } => {
            println!(
                "app_key {} · app_secret {} · refresh_token {}",
                lazada::APP_KEY,
                lazada::APP_SECRET,
                lazada::REFRESH
            );
            ("Lazada", lazada::start(port, Clock::System, market::Review::AfterReads(2))?)
        }
        Platform::Tiki { port } => {
            println!("client_id {} · client_secret {}", tiki::CLIENT_ID, tiki::CLIENT_SECRET);
            let review = market::Review::AfterReads(2);
            ("Tiki", tiki::start(tiki::Options { port, review, clock: Clock::System })?)
        }
        Platform::Woocommerce { port } => {
            let options = woocommerce::Options { port, ..woocommerce::Options::new(Clock::System) };
            println!("consumer_key {} · consumer_secret {}", options.consumer_key, options.consumer_secret);
            ("WooCommerce", woocommerce::start(options)?)
        }
        Platform::Haravan { port } => {
            let options = haravan::Options { port, ..haravan::Options::new(Clock::System) };
            println!("access_token {}", options.keys.token);
            ("Haravan", haravan::start(options)?)
        }
        Platform::Sapo { port } => {
            let options = sapo::Options { port, ..sapo::Options::new(Clock::System) };
            println!("app_key {} · app_secret {}", options.keys.key, options.keys.secret);
            ("Sapo", sapo::start(options)?)
        }
        Platform::TiktokShop { port } => {
            println!(
                "app_key {} · app_secret {} · refresh_token {} · category 600002, attribute 100107 with value 1000",
                tiktok_shop::APP_KEY,
                tiktok_shop::APP_SECRET,
                tiktok_shop::REFRESH
            );
            let review = market::Review::AfterReads(2);
            ("TikTok Shop", tiktok_shop::start(port, Clock::System, review)?)
        }
        Platform::ViettelPost { port } => {
            let (user, password) = (viettel_post::USERNAME, viettel_post::PASSWORD);
            println!("username {user} · password {password} · webhook_token {}", viettel_post::WEBHOOK_TOKEN);
            ("Viettel Post", viettel_post::start(port, Clock::System)?)
        }
        Platform::Vnpost { port } => {
            let (user, password) = (my_vnpost::USERNAME, my_vnpost::PASSWORD);
            let (customer, service) = (my_vnpost::CUSTOMER, my_vnpost::SERVICE);
            println!("username {user} · password {password} · customer_code {customer} · service {service}");
            ("MyVNPost", my_vnpost::start(port, Clock::System)?)
        }
    };
    println!("{title}'s simulator at {} (Ctrl-C ends)", simulator.base_url);
    let _ = stop.wait_for(|stopped| *stopped).await;
    Ok(())
}

fn partner(port: u16, auth: partner::Auth) -> std::io::Result<SimHandle> {
    println!("client_id {} · client_secret {}", partner::CLIENT_ID, partner::CLIENT_SECRET);
    let review = market::Review::AfterReads(2);
    partner::start(partner::Options { port, auth, review, clock: Clock::System })
}
