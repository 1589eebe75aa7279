import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

const vendor = /node_modules[\\/](@vue|vue|vue-i18n|@intlify)[\\/]/
const sockets = /node_modules[\\/](socket\.io-client|socket\.io-parser|engine\.io-client|engine\.io-parser|@socket\.io)[\\/]/

export default defineConfig({
  root: import.meta.dirname,
  define: { __VUE_PROD_DEVTOOLS__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  plugins: [
    vue(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'field',
      filename: 'sw.ts',
      injectRegister: null,
      registerType: 'prompt',
      // The manifest is public/field.webmanifest: the plug-in would link it from the console's page as well.
      manifest: false,
      injectManifest: {
        // The worker lies under /v/, the files at the root.
        modifyURLPrefix: { '': '/' },
        // The phone keeps its own page only: the console's map and the 101 slices of the font are not precached.
        globPatterns: ['field.html', 'assets/field-*.{js,css}', 'assets/vendor-*.js', 'assets/sockets-*.js', 'assets/esm-*.js', 'icons/*-192.png'],
      },
    }),
  ],
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { console: 'console.html', field: 'field.html' },
      output: {
        codeSplitting: {
          groups: [
            { name: 'vendor', test: vendor, priority: 20 },
            { name: 'sockets', test: sockets, priority: 10 },
          ],
        },
      },
    },
  },
})
