"""The latent explorer: a page in which a trained VAE runs, with all that it needs in one file.

`reading` says what the page is told of a model, `density` where its codes lie, and `page` joins that with the page
itself: `page.html`, `style.css` and the scripts, of which `vae.js` is the VAE.
"""
