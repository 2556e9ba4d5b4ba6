// One order, as if it had been placed, paid, sent and delivered; used by seed.js and place.js.
const { ContainerRegistrationKeys, Modules } = require("@medusajs/framework/utils")
const flows = require("@medusajs/medusa/core-flows")

// Variants by SKU, each with its product and what it takes from the stock.
async function catalogue(container) {
  const fields = ["id", "sku", "product.id", "product.title", "product.handle", "inventory_items.inventory_item_id", "inventory_items.required_quantity"]
  const { data } = await container.resolve(ContainerRegistrationKeys.QUERY).graph({ entity: "variant", fields })
  return Object.fromEntries(data.map((v) => [v.sku, v]))
}

// `known` has the manifest, the variants of the catalogue, and the customers' ids by e-mail address in small letters.
async function order(container, known, row) {
  const run = async (workflow, input) => (await workflow(container).run({ input })).result
  const [placed] = await container.resolve(Modules.ORDER).createOrders([values(known, row)])
  const items = placed.items.sort((a, b) => a.metadata.line - b.metadata.line)
  const [due] = (await container.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "order",
    filters: { id: placed.id },
    fields: ["id", "display_id", "total"],
  })).data
  let payment = null
  if (Number(due.total) > 0) {
    const [collection] = await run(flows.createOrderPaymentCollectionWorkflow, { order_id: placed.id, amount: due.total })
    payment = await run(flows.markPaymentCollectionAsPaid, { order_id: placed.id, payment_collection_id: collection.id })
  }
  const location_id = known.manifest.locations[row.location]
  const reservations = items.flatMap((i) => reserved(known, i, location_id))
  if (reservations.length) await run(flows.createReservationsWorkflow, { reservations })
  const sent = items.map((i) => ({ id: i.id, quantity: Number(i.quantity) }))
  const quiet = { no_notification: true }
  const fulfillment = await run(flows.createOrderFulfillmentWorkflow, { order_id: placed.id, items: sent, location_id, ...quiet })
  await run(flows.createOrderShipmentWorkflow, { order_id: placed.id, fulfillment_id: fulfillment.id, items: sent, ...quiet })
  await run(flows.markOrderFulfillmentAsDeliveredWorkflow, { orderId: placed.id, fulfillmentId: fulfillment.id })
  await backdate(container, placed.id, row.days_ago)
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

function values({ manifest, variants, customers }, row) {
  const taxes = (line) =>
    Object.entries(line.tax_rates).map(([code, rate]) => ({ code, rate, description: `${rate}%`, provider_id: "tp_system" }))
  const free = { amount: "0", tax_rates: {}, tax_included: false }
  return {
    region_id: manifest.regions[row.currency],
    sales_channel_id: manifest.sales_channel,
    customer_id: customers[row.email.toLowerCase()],
    email: row.email,
    currency_code: row.currency.toLowerCase(),
    status: "pending",
    shipping_address: row.address,
    billing_address: row.address,
    metadata: { reference: row.reference },
    items: row.items.map((line, n) => {
      if (!variants[line.sku]) throw new Error(`no article ${line.sku}`)
      const { id, product } = variants[line.sku]
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
      shipping_option_id: manifest.shipping_options[row.location].send,
      amount: method.amount,
      is_tax_inclusive: method.tax_included,
      tax_lines: taxes(method),
      data: {},
    })),
  }
}

// A fulfillment takes what was reserved; a kit reserves its components.
function reserved({ variants }, item, location_id) {
  return (variants[item.variant_sku].inventory_items ?? []).map((part) => ({
    line_item_id: item.id,
    inventory_item_id: part.inventory_item_id,
    location_id,
    quantity: part.required_quantity * Number(item.quantity),
  }))
}

async function backdate(container, id, days) {
  if (!days) return
  const database = container.resolve(ContainerRegistrationKeys.PG_CONNECTION)
  await database.raw(`UPDATE "order" SET created_at = now() - ? * interval '1 day' WHERE id = ?`, [days, id])
}

module.exports = { catalogue, order }
