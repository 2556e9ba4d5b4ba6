// Places further orders in a seeded shop: `medusa exec ./place.js orders.json PLACED.json`. The running Medusa sees them at once.
const fs = require("fs")
const path = require("path")
const { Modules } = require("@medusajs/framework/utils")
const { catalogue, order } = require("./order.js")

exports.default = async function ({ container, args }) {
  const [wanted, output] = args
  const rows = JSON.parse(fs.readFileSync(wanted, "utf8"))
  const manifest = JSON.parse(fs.readFileSync(path.join(process.cwd(), "manifest.json"), "utf8"))
  const known = { manifest, variants: await catalogue(container), customers: await customers(container, rows) }
  const placed = []
  for (const [number, row] of rows.entries()) {
    if (number % 8 === 0) console.log(`SEED ${number}/${rows.length} orders`)
    try {
      placed.push(await order(container, known, row))
    } catch (problem) {
      throw new Error(`order ${row.reference}: ${problem.message}`)
    }
  }
  fs.writeFileSync(output, JSON.stringify(placed))
}

async function customers(container, rows) {
  const service = container.resolve(Modules.CUSTOMER)
  const ids = {}
  for (const email of new Set(rows.map((row) => row.email))) {
    const [found] = await service.listCustomers({ email })
    ids[email.toLowerCase()] = (found ?? (await service.createCustomers({ email }))).id
  }
  return ids
}
