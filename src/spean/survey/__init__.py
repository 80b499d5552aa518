"""Kit: XLSForm to instrument to codebook; data to typed answers; made-up respondents."""
