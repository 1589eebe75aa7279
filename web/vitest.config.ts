import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue()],
  test: { environment: 'jsdom', include: ['**/*.test.ts'], exclude: ['node_modules/**', 'dist/**'] },
})
