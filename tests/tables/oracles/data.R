# Data sets of R's survey package (Thomas Lumley; GPL-2 | GPL-3; data sets only), as CSV.
# Rscript tests/tables/oracles/data.R, in the root of the project.
suppressMessages(library(survey))
out <- "tests/tables/oracles/data"
dir.create(out, showWarnings = FALSE)
data(api); data(nhanes); data(election); data(scd); data(fpc); data(hospital); data(mu284)
save_csv <- function(frame, name) {
  write.csv(frame, file.path(out, paste0(name, ".csv")), row.names = FALSE, na = "")
}
columns <- c("cds", "stype", "sname", "snum", "dname", "dnum", "cname", "api00", "api99", "target",
             "sch.wide", "comp.imp", "both", "awards", "meals", "ell", "mobility", "enroll",
             "api.stu", "pw", "fpc")
save_csv(apisrs[setdiff(columns, c("sname", "dname"))], "apisrs")
save_csv(apistrat[setdiff(columns, c("sname", "dname"))], "apistrat")
save_csv(apiclus1[setdiff(columns, c("sname", "dname"))], "apiclus1")
save_csv(apiclus2[c(setdiff(columns, c("sname", "dname", "fpc")), "fpc1", "fpc2")], "apiclus2")
save_csv(nhanes, "nhanes")
save_csv(election_pps[c("County", "TotPrecincts", "Bush", "Kerry", "Nader", "votes", "p")], "election_pps")
save_csv(fpc, "fpc")
save_csv(hospital, "hospital")
save_csv(mu284, "mu284")
repweights <- 2 * cbind(c(1,0,1,0,1,0), c(1,0,0,1,0,1), c(0,1,1,0,0,1), c(0,1,0,1,1,0))
colnames(repweights) <- paste0("r", 1:4)
save_csv(cbind(scd, repweights), "scd")
lonely <- apistrat[c(which(apistrat$stype == "E")[1:20], which(apistrat$stype == "M")[1:10],
                     which(apistrat$stype == "H")[1]), c("stype", "api00", "enroll", "pw", "fpc")]
save_csv(lonely, "lonely")
set.seed(20260101)
boot <- as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc),
                       type = "bootstrap", replicates = 40)
factors <- weights(boot, "replication")
frame <- data.frame(apiclus1[c("dnum", "api00", "enroll", "api.stu", "pw")], as.matrix(factors))
names(frame) <- c("dnum", "api00", "enroll", "api.stu", "pw", paste0("b", 1:40))
save_csv(frame, "bootstrap")
writeLines(format(boot$scale, digits = 15), file.path(out, "bootstrap_scale.txt"))
