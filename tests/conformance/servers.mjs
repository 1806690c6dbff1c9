// The servers of a run: on free ports, with files in a directory of their own, ended with the run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

// Runs `work` with the address at which the cache of a setting is reached.
export async function withServers ({ setting, proxy, suite, engine }, work) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'masthead-conformance-'))
  const children = []
  const start = async (port, command, args, options = {}) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options })
    children.push(child)
    await answers(port, child)
  }
  const end = () => children.forEach(child => child.kill())
  process.once('exit', end)
  try {
    const origin = await freePort()
    await start(origin, process.execPath, [path.join(engine, 'server/server.mjs')], {
      cwd: suite,
      env: {
        ...process.env,
        npm_config_protocol: 'http',
        npm_config_port: String(origin),
        npm_config_pidfile: path.join(directory, 'origin.pid')
      }
    })
    let shared = []
    if (setting !== 'l1') {
      const redis = await freePort()
      const quiet = ['--save', '', '--appendonly', 'no', '--dir', directory]
      await start(redis, 'redis-server', ['--port', redis, '--bind', '127.0.0.1', ...quiet])
      shared = ['--redis', `redis://127.0.0.1:${redis}/0`]
    }
    const instance = async () => {
      const port = await freePort()
      const l1 = setting === 'l2' ? 'off' : 'on'
      const targeted = ['--targeted', 'surrogate-control']
      const addresses = ['--listen', `127.0.0.1:${port}`, '--origin', `127.0.0.1:${origin}`]
      await start(port, proxy, [...addresses, '--l1', l1, ...shared, ...targeted])
      return port
    }
    let port = await instance()
    if (setting === 'two') port = await balancer(directory, start, [port, await instance()])
    return await work(`http://127.0.0.1:${port}`)
  } finally {
    end()
    const alive = child => child.exitCode === null && child.signalCode === null
    await Promise.all(children.filter(alive).map(child => once(child, 'exit')))
    process.off('exit', end)
    await rm(directory, { recursive: true, force: true })
  }
}

// nginx that gives each request to the next instance, and takes nothing out and adds nothing.
async function balancer (directory, start, ports) {
  const port = await freePort()
  const file = path.join(directory, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(file, `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/nginx.log;
events { worker_connections 512; }
http {
  access_log off;
  ${temporary.map(name => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  ignore_invalid_headers off;
  upstream instances {
    ${ports.map(port => `server 127.0.0.1:${port} max_fails=0;`).join('\n    ')}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://instances;
      proxy_http_version 1.1;
      proxy_next_upstream off;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_pass_header Date;
      proxy_pass_header Server;
    }
  }
}
`)
  await start(port, 'nginx', ['-p', directory, '-e', `${directory}/nginx.log`, '-c', file])
  return port
}

async function freePort () {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// Waits until somebody listens, at most twenty seconds.
async function answers (port, child) {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended at once`)
    const socket = net.connect(port, '127.0.0.1')
    const isUp = await once(socket, 'connect').then(() => true, () => false)
    socket.destroy()
    if (isUp) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`${child.spawnfile} does not listen on port ${port}`)
}
