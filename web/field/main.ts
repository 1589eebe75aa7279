import { createApp } from 'vue'
createApp({ template: '<p></p>' }).mount('#app')
