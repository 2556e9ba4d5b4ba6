// The sandbox's Medusa: its own PostgreSQL over a socket, no Redis, no admin pages, so nothing has to be built.
const { defineConfig, Modules } = require("@medusajs/framework/utils")

const local = "http://127.0.0.1"

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    // In production mode Medusa asks for TLS otherwise.
    databaseDriverOptions: { ssl: false, connection: { ssl: false } },
    http: {
      storeCors: local,
      adminCors: local,
      authCors: local,
      jwtSecret: process.env.JWT_SECRET,
      cookieSecret: process.env.COOKIE_SECRET,
    },
  },
  admin: { disable: true },
  modules: [
    {
      resolve: "@medusajs/medusa/order",
      key: Modules.ORDER,
      options: {
        // The number that the shop prints on an order is the one that Odoo knows as its client_order_ref.
        generateCustomDisplayId: async (order) => order.metadata?.reference,
      },
    },
  ],
})
