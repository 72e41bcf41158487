// The one file that must run on the Node a newcomer already has (>= 20, no type stripping, nothing installed):
// it installs the locked dependencies when they are missing or changed, then hands over to the pinned Node 24.
//   node scripts/with-node24.mjs file.ts [args…]      runs a TypeScript file
//   node scripts/with-node24.mjs --bin vitest [args…]  runs an installed tool
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.xinglin-lock');
const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(
    `Xinglin needs Node.js 20 or newer to start (this is ${process.version}). / 需要 Node.js 20 或更高版本。`,
  );
  process.exit(1);
}

function installWhenNeeded() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing dependencies (once, about a minute) … / 正在安装依赖(仅首次,约一分钟)…');
  const npm = process.env.npm_execpath;
  // 'install --no-save' and not 'ci': a registry mirror may lack optional binaries of other platforms, and 'ci' refuses a lockfile without them.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--progress=true'];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0 || !existsSync(node24)) {
    console.error(
      'npm install failed: check the network or the npm registry setting, then run the command again. / 依赖安装失败。',
    );
    process.exit(done.status || 1);
  }
  writeFileSync(stamp, lock);
}

installWhenNeeded();

const [first, ...rest] = process.argv.slice(2);
const target = first === '--bin' ? join(root, 'node_modules', '.bin', rest.shift() ?? '') : join(root, first ?? '');
const child = spawn(node24, ['--conditions=source', '--disable-warning=ExperimentalWarning', target, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node24)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}` },
});
// npm and supervisors signal this process; the work is in the child.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
