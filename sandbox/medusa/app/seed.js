// Writes the shop into a fresh Medusa: `medusa exec ./seed.js shop.json OUTPUT`. Prints `SEED n/m what` as it goes.
// The shop is plain data, made by shop.py; OUTPUT gets credentials.json and manifest.json.
const fs = require("fs")
const path = require("path")
const { ContainerRegistrationKeys, Modules, ProductStatus } = require("@medusajs/framework/utils")
const flows = require("@medusajs/medusa/core-flows")

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
      orders.push(await order(seed, known, row))
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
  const { run, shop, service } = seed
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
  const variants = await products(seed, channel, locations, shipping.profile)
  const customers = await run(flows.createCustomersWorkflow, {
    customersData: shop.customers.map((c) => ({ ...c, has_account: false })),
  })
  const byKey = (rows, key) => Object.fromEntries(rows.map((row) => [row[key], row.id]))
  return {
    channel,
    locations,
    shipping,
    variants,
    customers: Object.fromEntries(customers.map((c) => [c.email.toLowerCase(), c.id])),
    regions: Object.fromEntries(shop.regions.map((r, n) => [r.key, regions[n].id])),
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

// Products by SKU, each with one variant; a kit's variant is its components' stock.
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
  const made = await run(flows.createProductsWorkflow, { products: single.map((row) => product(row)) })
  const items = await service(Modules.INVENTORY).listInventoryItems({}, { take: 1000 })
  const item = Object.fromEntries(items.map((i) => [i.sku, i.id]))
  const parts = (row) =>
    Object.entries(row.components).map(([sku, n]) => ({ inventory_item_id: item[sku], required_quantity: n }))
  if (kits.length)
    made.push(...(await run(flows.createProductsWorkflow, { products: kits.map((row) => product(row, parts(row))) })))
  await run(flows.createInventoryLevelsWorkflow, {
    inventory_levels: shop.products.filter((row) => row.counted).flatMap((row) =>
      // plenty, until the orders have gone out
      Object.values(locations).map((l) => ({ inventory_item_id: item[row.sku], location_id: l.id, stocked_quantity: 1e6 }))
    ),
  })
  const found = made.map((p) => [p.variants[0].sku, { id: p.variants[0].id, product: p }])
  return Object.fromEntries(found.map(([sku, variant]) => [sku, { ...variant, item: item[sku] }]))
}

// One order, as if it had been placed, paid, sent and delivered.
async function order(seed, known, row) {
  const { run, service } = seed
  const [placed] = await service(Modules.ORDER).createOrders([orderValues(known, row)])
  const items = placed.items.sort((a, b) => a.metadata.line - b.metadata.line)
  const [due] = (await seed.container.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "order",
    filters: { id: placed.id },
    fields: ["id", "display_id", "custom_display_id", "total"],
  })).data
  let payment = null
  if (Number(due.total) > 0) {
    const [collection] = await run(flows.createOrderPaymentCollectionWorkflow, { order_id: placed.id, amount: due.total })
    payment = await run(flows.markPaymentCollectionAsPaid, { order_id: placed.id, payment_collection_id: collection.id })
  }
  await reserve(seed, known, row, items)
  const sent = items.map((i) => ({ id: i.id, quantity: Number(i.quantity) }))
  const location_id = known.locations[row.location].id
  const fulfillment = await run(flows.createOrderFulfillmentWorkflow, { order_id: placed.id, items: sent, location_id, no_notification: true })
  await run(flows.createOrderShipmentWorkflow, { order_id: placed.id, fulfillment_id: fulfillment.id, items: sent, no_notification: true })
  await run(flows.markOrderFulfillmentAsDeliveredWorkflow, { orderId: placed.id, fulfillmentId: fulfillment.id })
  await backdate(seed, placed.id, row.days_ago)
  return {
    reference: row.reference,
    shape: row.shape,
    id: placed.id,
    display_id: due.display_id,
    email: row.email,
    currency: row.currency,
    location: row.location,
    total: String(due.total),
    total_in_odoo: row.total,
    payment: payment?.id ?? null,
    items: items.map((i) => ({ id: i.id, sku: i.variant_sku, quantity: String(i.quantity) })),
  }
}

function orderValues(known, row) {
  const taxes = (line) => Object.entries(line.tax_rates).map(([code, rate]) => ({ code, rate, description: `${rate}%`, provider_id: "tp_system" }))
  const option = known.shipping.options[row.location].send
  const free = { amount: "0", tax_rates: {}, tax_included: false }
  return {
    region_id: known.regions[row.currency],
    sales_channel_id: known.channel.id,
    customer_id: known.customers[row.email.toLowerCase()],
    email: row.email,
    currency_code: row.currency.toLowerCase(),
    status: "pending",
    shipping_address: row.address,
    billing_address: row.address,
    metadata: { reference: row.reference },
    items: row.items.map((line, n) => {
      const { id, product } = known.variants[line.sku]
      return {
        title: product.title,
        subtitle: "Standard",
        variant_id: id,
        variant_sku: line.sku,
        variant_title: "Standard",
        product_id: product.id,
        product_title: product.title,
        product_handle: product.handle,
        requires_shipping: true,
        quantity: Number(line.quantity),
        unit_price: line.unit_price,
        is_tax_inclusive: line.tax_included,
        tax_lines: taxes(line),
        adjustments: line.discount
          ? [{ code: "DISCOUNT", amount: line.discount, is_tax_inclusive: line.tax_included, provider_id: "shop" }]
          : [],
        metadata: { line: n + 1 },
      }
    }),
    shipping_methods: (row.shipping.length ? row.shipping : [free]).map((method) => ({
      name: "Shipping",
      shipping_option_id: option,
      amount: method.amount,
      is_tax_inclusive: method.tax_included,
      tax_lines: taxes(method),
      data: {},
    })),
  }
}

// A fulfillment takes what was reserved; a kit reserves its components.
async function reserve({ run, shop }, known, row, items) {
  const reservations = items.flatMap((i) => {
    const product = shop.products.find((p) => p.sku === i.variant_sku)
    const parts = product.components ?? (product.counted ? { [product.sku]: 1 } : {})
    return Object.entries(parts).map(([sku, n]) => ({
      line_item_id: i.id,
      inventory_item_id: known.variants[sku].item,
      location_id: known.locations[row.location].id,
      quantity: n * Number(i.quantity),
    }))
  })
  if (reservations.length) await run(flows.createReservationsWorkflow, { reservations })
}

async function backdate({ container }, id, days) {
  const database = container.resolve(ContainerRegistrationKeys.PG_CONNECTION)
  await database.raw(`UPDATE "order" SET created_at = now() - ? * interval '1 day' WHERE id = ?`, [days, id])
}

// What lies on the shelves is in the end what Odoo counts there.
async function settleStock({ run, shop }, known) {
  const updates = shop.products.filter((row) => row.counted).flatMap((row) =>
    Object.entries(row.stock).map(([code, quantity]) => ({
      inventory_item_id: known.variants[row.sku].item,
      location_id: known.locations[code].id,
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
  await run(flows.linkSalesChannelsToApiKeyWorkflow, { id: token("publishable").id, add: [known.channel.id] })
  return { login: email, password, api_key: token("secret").token, publishable_key: token("publishable").token }
}

function write(folder, name, content) {
  fs.writeFileSync(path.join(folder, name), JSON.stringify(content, null, 1), { mode: 0o600 })
}

function say(number, total, what) {
  console.log(`SEED ${number}/${total} ${what}`)
}
