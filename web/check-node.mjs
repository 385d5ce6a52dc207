// A system Node found by accident would hide a missing build step on machines that have none.
import { existsSync, realpathSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const venv = process.env.VIRTUAL_ENV ?? resolve(root, '.venv')
const allowed = existsSync(venv) ? realpathSync(venv) + sep : ''

if (!allowed || !realpathSync(process.execPath).startsWith(allowed)) {
  console.error(
    `前端须用项目虚拟环境里的 Node 构建，现在用的是 ${process.execPath}。请把 .venv/bin 放到 PATH 最前面，或改用 make up。\n` +
      `The front end must be built with the Node of the project's virtual environment. Put .venv/bin first on PATH, or use make up.`,
  )
  process.exit(1)
}
