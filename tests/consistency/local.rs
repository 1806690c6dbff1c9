//! `local`: the whole cluster by one command, for somebody to look at.

use crate::desk::{self, OWNER};
use crate::topology::{Plan, Topology};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many instances
    #[arg(long, default_value_t = 3)]
    instances: usize,
    /// Stop when everything is up: only see whether it comes up
    #[arg(long)]
    once: bool,
}

pub async fn run(arguments: &Arguments) {
    println!("Starting PostgreSQL, Redis, HAProxy, Varnish and {} instances.", arguments.instances);
    let begin = std::time::Instant::now();
    let plan = Plan { instances: arguments.instances, ..Plan::default() };
    let topology = Topology::start(plan).await;
    desk::add_owner(&topology);
    println!(
        "\nUp after {:.1} s, in {}:\n",
        begin.elapsed().as_secs_f64(),
        topology.folder().display()
    );
    print(&topology);
    if arguments.once {
        return;
    }
    println!("\nCtrl-c stops all of it.");
    tokio::signal::ctrl_c().await.unwrap();
    println!();
}

fn print(topology: &Topology) {
    let line = |name: &str, address: &str| println!("  {name:<22}{address}");
    line("the site, by Varnish", &format!("{}/", topology.varnish.url()));
    line("the load balancer", &format!("{}/", topology.balancer.url()));
    for (number, instance) in topology.instances.iter().enumerate() {
        line(&format!("instance {number}"), &format!("{}/", instance.url));
        line("  its figures", &instance.metrics);
    }
    for (number, server) in topology.servers.iter().enumerate() {
        let role = if number == topology.primary { "primary" } else { "standby" };
        let name = format!("PostgreSQL, {role}");
        line(&name, &format!("postgres://app@127.0.0.1:{}/masthead", server.port()));
    }
    line("Redis of the cache", &topology.redis.url());
    line("Redis of the sessions", &topology.sessions.url());
    let (email, _, password) = OWNER;
    println!(
        "\n  Write at {}/desk/ as {email}, with the password `{password}`.",
        topology.varnish.url()
    );
}
