# Weights and estimates of R survey 4.1 on its api data, each with the R line that made it.
# Rscript tests/tables/oracles/weighting.R, in the root of the project (r-cran-survey, -jsonlite,
# -mass).
suppressMessages(library(survey))
data(api)
options(digits = 15, survey.lonely.psu = "fail")

clus1 <- apiclus1
clus1$pw <- 6194 / 183
dclus1 <- svydesign(id = ~dnum, weights = ~pw, data = clus1, fpc = ~fpc)
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
pop.types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
pop.wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
pop.both <- as.data.frame(xtabs(~ stype + sch.wide, apipop))
pop.totals <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)
pop.api99 <- c(pop.totals, api99 = 3914069)
pop.raking <- c(pop.totals, sch.wideYes = 5122)
sharp <- list(epsilon = 1e-10, maxit = 500)
exact <- 1e-10

made <- list(
  poststratified = "postStratify(dclus1, ~stype, pop.types)",
  poststratified_crossed = "postStratify(dclus1, ~stype + sch.wide, pop.both)",
  poststratified_strat = "postStratify(dstrat, ~sch.wide, pop.wide)",
  raked_default = "rake(dclus1, list(~stype, ~sch.wide), list(pop.types, pop.wide))",
  raked = "rake(dclus1, list(~stype, ~sch.wide), list(pop.types, pop.wide), control = sharp)",
  raked_strat = "rake(dstrat, list(~stype, ~sch.wide), list(pop.types, pop.wide), control = sharp)",
  raking_strat = "calibrate(dstrat, ~stype + sch.wide, pop.raking, calfun = 'raking', epsilon = exact)",
  linear = "calibrate(dclus1, ~stype, pop.totals)",
  linear_api99 = "calibrate(dclus1, ~stype + api99, pop.api99)",
  linear_strat_api99 = "calibrate(dstrat, ~stype + api99, pop.api99)",
  linear_bounded = "calibrate(dclus1, ~stype + api99, pop.api99, bounds = c(0.6, 1.6), epsilon = exact)",
  raking_api99 = "calibrate(dclus1, ~stype + api99, pop.api99, calfun = 'raking', epsilon = exact)",
  raking_bounded = "calibrate(dclus1, ~stype + api99, pop.api99, calfun = 'raking', bounds = c(0.55, 1.9), epsilon = exact)",
  logit_bounded = "calibrate(dclus1, ~stype + api99, pop.api99, calfun = 'logit', bounds = c(0.5, 2), epsilon = exact)",
  logit_strat = "calibrate(dstrat, ~sch.wide, c(`(Intercept)` = 6194, sch.wideYes = 5122), calfun = 'logit', bounds = c(0.7, 1.3), epsilon = exact)"
)

rclus1 <- as.svrepdesign(dclus1)
rstrat <- as.svrepdesign(dstrat)
made <- c(made, list(
  replicates_poststratified = "postStratify(rclus1, ~stype, pop.types)",
  replicates_raked = "rake(rclus1, list(~stype, ~sch.wide), list(pop.types, pop.wide), control = sharp)",
  replicates_linear = "calibrate(rclus1, ~stype + api99, pop.api99)",
  replicates_strat = "calibrate(rstrat, ~stype + api99, pop.api99)"
))

estimates <- function(line) {
  design <- suppressWarnings(eval(parse(text = line)))
  mean <- svymean(~api00, design)
  total <- svytotal(~enroll, design, na.rm = TRUE)
  part <- svyby(~api00, ~comp.imp, design, svymean)
  list(
    line = line,
    mean_api00 = unname(coef(mean)), se_mean_api00 = unname(SE(mean)[1]),
    total_enroll = unname(coef(total)), se_total_enroll = unname(SE(total)[1]),
    mean_api00_comp_imp_yes = part["Yes", "api00"], se_mean_api00_comp_imp_yes = SE(part)[2],
    smallest = min(weights(design, "sampling")), largest = max(weights(design, "sampling")),
    squares = sum(weights(design, "sampling")^2)
  )
}
write(jsonlite::toJSON(lapply(made, estimates), digits = 15, auto_unbox = TRUE, pretty = 1),
      "tests/tables/oracles/weighting.json")
