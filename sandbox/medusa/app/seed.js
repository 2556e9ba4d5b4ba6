// Writes the shop into a fresh Medusa: `medusa exec ./seed.js shop.json OUTPUT`. Prints `SEED n/m what` as it goes.
// The shop is plain data, made by shop.py; OUTPUT gets credentials.json and manifest.json.
const fs = require("fs")
const path = require("path")
const { ContainerRegistrationKeys, Modules, ProductStatus } = require("@medusajs/framework/utils")
const flows = require("@medusajs/medusa/core-flows")
const { catalogue, order } = require("./order.js")

const EVERY = 8

exports.default = async function ({ container, args }) {
  const [data, output] = args
  const shop = JSON.parse(fs.readFileSync(data, "utf8"))
  const total = shop.orders.length + EVERY
  const run = async (workflow, input) => (await workflow(container).run({ input })).result
  const seed = { container, shop, run, service: (module) => container.resolve(module) }

  say(0, total, "regions, products and customers")
  const known = await base(seed)
  say(EVERY, total, "orders, payments and fulfillments")
  const orders = []
  for (const [number, row] of shop.orders.entries()) {
    if (number % EVERY === 0) say(EVERY + number, total, "orders, payments and fulfillments")
    try {
      orders.push(await order(container, known, row))
    } catch (problem) {
      throw new Error(`order ${row.reference} (${row.shape}): ${problem.message}`)
    }
  }
  await settleStock(seed, known)
  write(output, "manifest.json", { ...known.manifest, orders })
  write(output, "credentials.json", await credentials(seed, known))
  say(total, total, "done")
}

async function base(seed) {
  const { container, run, shop, service } = seed
  const [channel] = await run(flows.createSalesChannelsWorkflow, { salesChannelsData: [{ name: "Webshop" }] })
  const [store] = await service(Modules.STORE).listStores()
  const currencies = shop.regions.map((r, n) => ({ currency_code: r.key.toLowerCase(), is_default: n === 0 }))
  const named = { name: shop.company, supported_currencies: currencies, default_sales_channel_id: channel.id }
  if (store) await run(flows.updateStoresWorkflow, { selector: { id: store.id }, update: named })
  else await run(flows.createStoresWorkflow, { stores: [named] })

  const regions = await run(flows.createRegionsWorkflow, {
    regions: shop.regions.map((r) => ({
      name: r.name,
      currency_code: r.key.toLowerCase(),
      countries: r.countries,
      payment_providers: ["pp_system_default"],
      automatic_taxes: true,
    })),
  })
  await run(
    flows.createTaxRegionsWorkflow,
    shop.regions.flatMap((r) => r.countries).map((country_code) => ({
      country_code,
      provider_id: "tp_system",
      default_tax_rate: { name: `${shop.tax_rate}%`, rate: shop.tax_rate, code: String(shop.tax_rate) },
    }))
  )
  const locations = await locate(seed, channel)
  const shipping = await ship(seed, locations)
  const reasons = await run(flows.createReturnReasonsWorkflow, {
    data: Object.entries(shop.return_reasons).map(([value, label]) => ({ value, label })),
  })
  const refunds = await run(flows.createRefundReasonsWorkflow, {
    data: Object.entries(shop.refund_reasons).map(([code, label]) => ({ code, label })),
  })
  const item = await products(seed, channel, locations, shipping.profile)
  const variants = await catalogue(container)
  const customers = await run(flows.createCustomersWorkflow, {
    customersData: shop.customers.map((c) => ({ ...c, has_account: false })),
  })
  const byKey = (rows, key) => Object.fromEntries(rows.map((row) => [row[key], row.id]))
  return {
    variants,
    item,
    customers: Object.fromEntries(customers.map((c) => [c.email.toLowerCase(), c.id])),
    manifest: {
      sales_channel: channel.id,
      regions: Object.fromEntries(shop.regions.map((r, n) => [r.key, regions[n].id])),
      locations: Object.fromEntries(Object.entries(locations).map(([code, l]) => [code, l.id])),
      shipping_options: shipping.options,
      return_reasons: byKey(reasons, "value"),
      refund_reasons: byKey(refunds, "code"),
      variants: Object.fromEntries(Object.entries(variants).map(([sku, v]) => [sku, v.id])),
    },
  }
}

// Stock locations by code, each able to send and to take back.
async function locate({ container, run, shop, service }, channel) {
  const made = await run(flows.createStockLocationsWorkflow, {
    locations: shop.locations.map((l) => ({ name: l.name, metadata: { code: l.code } })),
  })
  for (const location of made) {
    await run(flows.linkSalesChannelsToStockLocationWorkflow, { id: location.id, add: [channel.id] })
    await container.resolve(ContainerRegistrationKeys.LINK).create({
      [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
      [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" },
    })
  }
  return Object.fromEntries(shop.locations.map((l, n) => [l.code, made[n]]))
}

// One way to send and two to send back from each location, to every country: free of charge, and at the customer's cost.
async function ship({ container, run, shop, service }, locations) {
  const [profile] = await run(flows.createShippingProfilesWorkflow, { data: [{ name: "Goods", type: "default" }] })
  const countries = shop.regions.flatMap((r) => r.countries)
  const options = {}
  for (const [code, location] of Object.entries(locations)) {
    const set = await service(Modules.FULFILLMENT).createFulfillmentSets({
      name: `From ${location.name}`,
      type: "shipping",
      service_zones: [{ name: `From ${location.name}`, geo_zones: countries.map((c) => ({ country_code: c, type: "country" })) }],
    })
    await container.resolve(ContainerRegistrationKeys.LINK).create({
      [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
      [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
    })
    const option = (name, amount, is_return) => ({
      name,
      price_type: "flat",
      provider_id: "manual_manual",
      service_zone_id: set.service_zones[0].id,
      shipping_profile_id: profile.id,
      type: { label: name, description: name, code: is_return ? "return" : "standard" },
      prices: shop.regions.map((r) => ({ currency_code: r.key.toLowerCase(), amount })),
      rules: [
        { attribute: "enabled_in_store", operator: "eq", value: "true" },
        { attribute: "is_return", operator: "eq", value: String(is_return) },
      ],
    })
    const price = Number(shop.shipping)
    const made = await run(flows.createShippingOptionsWorkflow, [
      option("Shipping", price, false),
      option("Return, free of charge", 0, true),
      option("Return at the customer's cost", price, true),
    ])
    options[code] = { send: made[0].id, return_free: made[1].id, return_paid: made[2].id }
  }
  return { profile, options }
}

// Products by SKU, each with one variant; a kit's variant is its components' stock. Gives the stock items by SKU.
async function products({ run, shop, service }, channel, locations, profile) {
  const product = (row, inventory_items) => ({
    title: row.name,
    handle: row.sku.toLowerCase(),
    status: ProductStatus.PUBLISHED,
    shipping_profile_id: profile.id,
    sales_channels: [{ id: channel.id }],
    options: [{ title: "Kind", values: ["Standard"] }],
    variants: [
      {
        title: "Standard",
        sku: row.sku,
        options: { Kind: "Standard" },
        manage_inventory: row.counted || Boolean(row.components),
        prices: Object.entries(row.prices).map(([currency_code, amount]) => ({ currency_code, amount: Number(amount) })),
        ...(inventory_items ? { inventory_items } : {}),
      },
    ],
  })
  const single = shop.products.filter((row) => !row.components)
  const kits = shop.products.filter((row) => row.components)
  await run(flows.createProductsWorkflow, { products: single.map((row) => product(row)) })
  const items = await service(Modules.INVENTORY).listInventoryItems({}, { take: 1000 })
  const item = Object.fromEntries(items.map((i) => [i.sku, i.id]))
  const parts = (row) =>
    Object.entries(row.components).map(([sku, n]) => ({ inventory_item_id: item[sku], required_quantity: n }))
  await run(flows.createProductsWorkflow, { products: kits.map((row) => product(row, parts(row))) })
  await run(flows.createInventoryLevelsWorkflow, {
    inventory_levels: shop.products.filter((row) => row.counted).flatMap((row) =>
      // plenty, until the orders have gone out
      Object.values(locations).map((l) => ({ inventory_item_id: item[row.sku], location_id: l.id, stocked_quantity: 1e6 }))
    ),
  })
  return item
}

// What lies on the shelves is in the end what Odoo counts there.
async function settleStock({ run, shop }, known) {
  const updates = shop.products.filter((row) => row.counted).flatMap((row) =>
    Object.entries(row.stock).map(([code, quantity]) => ({
      inventory_item_id: known.item[row.sku],
      location_id: known.manifest.locations[code],
      stocked_quantity: Number(quantity),
    }))
  )
  await run(flows.updateInventoryLevelsWorkflow, { updates })
}

// The administrator, a secret key for the Admin API and a publishable one for the Store API.
async function credentials({ run, shop, service }, known) {
  const { email, password } = shop.admin
  const [user] = await run(flows.createUsersWorkflow, { users: [{ email }] })
  const auth = service(Modules.AUTH)
  const { authIdentity, error } = await auth.register("emailpass", { body: { email, password } })
  if (error) throw new Error(error)
  await auth.updateAuthIdentities({ id: authIdentity.id, app_metadata: { user_id: user.id } })
  const key = (title, type) => ({ title, type, created_by: user.id })
  const keys = await run(flows.createApiKeysWorkflow, { api_keys: [key("sandbox", "secret"), key("webshop", "publishable")] })
  const token = (type) => keys.find((k) => k.type === type)
  await run(flows.linkSalesChannelsToApiKeyWorkflow, { id: token("publishable").id, add: [known.manifest.sales_channel] })
  return { login: email, password, api_key: token("secret").token, publishable_key: token("publishable").token }
}

function write(folder, name, content) {
  fs.writeFileSync(path.join(folder, name), JSON.stringify(content, null, 1), { mode: 0o600 })
}

function say(number, total, what) {
  console.log(`SEED ${number}/${total} ${what}`)
}
